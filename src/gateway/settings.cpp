// Reads the settings.
#include "gateway/settings.hpp"

#include <thread>

namespace gatehouse::gateway {
namespace {

std::uint16_t port_at(Fields& fields, std::string_view name, std::uint16_t fallback) {
  return static_cast<std::uint16_t>(fields.optional_int(name, fallback, {0, 65'535}));
}

void read_limits(Settings& settings, Fields& fields) {
  auto& server = settings.server;
  server.head_bytes_max = fields.optional_size("head_bytes_max", server.head_bytes_max);
  server.body_bytes_max = fields.optional_size("body_bytes_max", server.body_bytes_max);
  server.request_timeout = fields.optional_duration("request_timeout", server.request_timeout);
  server.idle_timeout = fields.optional_duration("idle_timeout", server.idle_timeout);
  settings.connections_max = static_cast<std::size_t>(fields.optional_int(
      "connections_max", static_cast<std::int64_t>(settings.connections_max), {1, 1'000'000}));
  settings.counters.clients_max = static_cast<std::size_t>(fields.optional_int(
      "rate_limit_clients_max", static_cast<std::int64_t>(settings.counters.clients_max), {1, 100'000'000}));
  settings.upstream.idle_per_target = static_cast<std::size_t>(fields.optional_int(
      "upstream_idle_max", static_cast<std::int64_t>(settings.upstream.idle_per_target), {0, 65'536}));
}

Result<void> read_redis(Settings& settings, Fields& fields,
                        const storage::redis::Options::ReadSecret& read_secret) {
  const json::object* servers = fields.maybe_object("redis");
  if (servers == nullptr) return {};
  Fields inner{*servers, fields.path_of("redis")};
  for (const auto& [host, ignored] : *servers) {
    const json::object* options = inner.maybe_object(host);
    if (options == nullptr) continue;  // finish() says what is wrong
    auto read = storage::redis::Options::from_json(*options, inner.path_of(host), read_secret);
    if (!read) return fail(read);
    settings.redis.emplace(host, std::move(*read));
  }
  return inner.finish();
}

}  // namespace

Result<Settings> Settings::from_json(const json::object& object, const std::filesystem::path& data_dir,
                                     const storage::redis::Options::ReadSecret& read_secret) {
  Settings settings;
  Fields fields{object, "settings"};
  settings.web_dir = fields.optional_text("web_dir", "", {.bytes_max = 4'096});
  settings.address = fields.optional_text("address", "", {.bytes_max = 64});
  settings.http_port = port_at(fields, "http_port", settings.http_port);
  settings.https_port = port_at(fields, "https_port", settings.https_port);
  settings.admin_port = port_at(fields, "admin_port", settings.admin_port);
  if (fields.optional_flag("shares_ports", false)) settings.port_sharing = PortSharing::with_others;
  settings.workers = static_cast<std::size_t>(fields.optional_int("workers", 0, {0, 256}));
  if (settings.workers == 0) settings.workers = std::max(1U, std::thread::hardware_concurrency());
  settings.access_log = fields.optional_flag("access_log", true) ? AccessLog::on : AccessLog::off;
  auto trusted = IpRanges::parse(fields.optional_texts("trusted_ips", {}));
  if (!trusted) {
    fields.reject("trusted_ips", trusted.error().detail);
  } else {
    settings.trusted_ips = std::move(*trusted);
  }
  read_limits(settings, fields);
  if (auto read = read_redis(settings, fields, read_secret); !read) return fail(read);
  const auto secret_of = [&read_secret](std::string_view name) { return read_secret(std::string(name)); };
  auto store = service::read_sql_store(fields, {data_dir / "gateway.db"}, secret_of);
  if (!store) return fail(store);
  settings.store = std::move(*store);
  fields.ignore("field_keys");  // service/keys reads it
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

}  // namespace gatehouse::gateway
