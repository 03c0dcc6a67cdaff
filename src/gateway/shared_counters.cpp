// What all keepers of shared counts have in common: who the server is, and how a key is spelled.
#include "gateway/shared_counters.hpp"

#include <fmt/format.h>

namespace gatehouse::gateway {

Result<RedisServer> RedisServer::from_json(const json::object& record) {
  RedisServer server;
  Fields fields{record, "redis"};
  server.host = fields.optional_text("host", "");
  server.port = static_cast<std::uint16_t>(fields.optional_int("port", server.port, {0, 65'535}));
  server.timeout =
      std::chrono::milliseconds(fields.optional_int("timeout", server.timeout.count(), {0, 2'147'483'646}));
  server.username = fields.optional_text("username", "");
  server.password = Secret(fields.optional_text("password", "", {.bytes_min = 0}));
  server.database = static_cast<int>(fields.optional_int("database", server.database, {0, 1'000'000}));
  server.ssl = fields.optional_flag("ssl", server.ssl);
  server.ssl_verify = fields.optional_flag("ssl_verify", server.ssl_verify);
  server.server_name = fields.optional_text("server_name", "");
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return server;
}

std::string RedisServer::label() const {
  const std::string_view tls = !ssl ? "" : ssl_verify ? " tls" : " tls, not verified";
  return fmt::format("{}@{}:{}/{}{} {}", username, host, port, database, tls, server_name);
}

std::string rate_key(std::string_view scope, std::string_view client, std::int64_t window_start,
                     std::size_t period) {
  return fmt::format("ratelimit:{{{}:{}}}:{}000:{}", scope, client, window_start, kPeriodNames[period]);
}

}  // namespace gatehouse::gateway
