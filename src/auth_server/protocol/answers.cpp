#include "auth_server/protocol/answers.hpp"

#include "http/problem.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

void forbid_caching(http::Response& response) {
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Pragma", "no-cache");
}

bool is_clients_fault(const Error& error) {
  return error.origin == Origin::client;
}

bool is_passing(ErrorKind kind) {
  return kind == ErrorKind::unavailable || kind == ErrorKind::timeout || kind == ErrorKind::bad_upstream;
}

http::Response fault_response(const Error& error) {
  log::error("oauth-fault", "a request could not be answered", {log::field(error)});
  if (!is_passing(error.kind)) return private_json(500, {{"error", "server_error"}});
  http::Response response = private_json(503, {{"error", "temporarily_unavailable"}});
  response.headers.set("Retry-After", "1");
  return response;
}

json::object body_of(const Error& error) {
  json::object body{{"error", error.reason}};
  if (!error.detail.empty()) body["error_description"] = error.detail;
  return body;
}

}  // namespace

http::Response private_json(unsigned status, const json::object& body) {
  http::Response response = http::text_response(status, "application/json", json::serialize(body));
  forbid_caching(response);
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

http::Response public_json(std::string text, unsigned max_age_seconds) {
  http::Response response = http::text_response(200, "application/json", std::move(text));
  response.headers.set("Cache-Control", fmt::format("public, max-age={}", max_age_seconds));
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

http::Response oauth_error(const Error& error) {
  if (!is_clients_fault(error)) return fault_response(error);
  http::Response response = private_json(http::status_of(error.kind), body_of(error));
  if (error.kind == ErrorKind::unauthenticated) {
    response.headers.set("WWW-Authenticate", R"(Basic realm="gatehouse", charset="UTF-8")");
  }
  return response;
}

http::Response bearer_error(const Error& error, std::string_view realm) {
  if (!is_clients_fault(error)) return fault_response(error);
  http::Response response = private_json(http::status_of(error.kind), body_of(error));
  std::string challenge = fmt::format(R"(Bearer realm="{}")", realm);
  if (error.reason != "missing_token") challenge += fmt::format(R"(, error="{}")", error.reason);
  response.headers.set("WWW-Authenticate", challenge);
  return response;
}

http::Response redirect(unsigned status, const std::string& location) {
  http::Response response(status);
  response.headers.set("Location", location);
  response.headers.set("Referrer-Policy", "no-referrer");
  forbid_caching(response);
  return response;
}

}  // namespace gatehouse::auth_server
