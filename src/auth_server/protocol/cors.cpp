#include "auth_server/protocol/cors.hpp"

namespace gatehouse::auth_server {

void allow_origin(http::Response& response, const http::Headers& request, const Client* client) {
  response.headers.add("Vary", "Origin");
  const std::string_view origin = request.get("Origin");
  if (client == nullptr || !client->web_origins.contains(origin)) return;
  response.headers.set("Access-Control-Allow-Origin", origin);
  response.headers.set("Access-Control-Allow-Credentials", "true");
  response.headers.set("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After");
}

http::Response preflight(const Realm& realm, const http::Headers& request) {
  http::Response response(204);
  response.headers.add("Vary", "Origin");
  const std::string_view origin = request.get("Origin");
  if (!realm.knows_origin(origin)) return response;
  response.headers.set("Access-Control-Allow-Origin", origin);
  response.headers.set("Access-Control-Allow-Credentials", "true");
  response.headers.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.headers.set("Access-Control-Allow-Headers",
                       "Authorization, Content-Type, Accept, X-Requested-With");
  response.headers.set("Access-Control-Max-Age", "3600");
  return response;
}

}  // namespace gatehouse::auth_server
