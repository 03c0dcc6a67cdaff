// Upstreams and targets: who answers for a virtual host name, and how one of them is chosen.
#include "gateway/schema/formats.hpp"
#include "gateway/store/entity_schemas.hpp"

namespace gatehouse::gateway::store {
namespace {

using namespace schema;

const std::vector<std::string> kHashSources{"none",   "consumer", "ip",        "header",
                                            "cookie", "path",     "query_arg", "uri_capture"};

Field statuses(json::array fallback) {
  return set("http_statuses", integer({}, {.between = Range{100, 999}}), {.fallback = std::move(fallback)});
}
Field counter(std::string_view name) {
  return integer(name, {.fallback = 0, .between = Range{0, 255}});
}
Field interval() {
  return number("interval", {.fallback = 0, .between = Range{0, 65535}});
}
Field probe_type() {
  return text("type", {.fallback = "http", .one_of = {"tcp", "http", "https", "grpc", "grpcs"}});
}

Field active_checks() {
  return record("active", {probe_type(), number("timeout", {.fallback = 1, .between = Range{0, 65535}}),
                           integer("concurrency", {.fallback = 10, .between = Range{1, 2147483648}}),
                           text("http_path", {.fallback = "/", .check = formats::path}),
                           text("https_sni", {.check = formats::server_name}),
                           boolean("https_verify_certificate", {.required = true, .fallback = true}),
                           map("headers", text({}, {.check = formats::header_name}), array({}, text())),
                           record("healthy", {interval(), counter("successes"), statuses({200, 302})}),
                           record("unhealthy",
                                  {interval(), statuses({429, 404, 500, 501, 502, 503, 504, 505}),
                                   counter("tcp_failures"), counter("timeouts"), counter("http_failures")})});
}

Field passive_checks() {
  return record(
      "passive",
      {probe_type(),
       record("healthy", {counter("successes"), statuses({200, 201, 202, 203, 204, 205, 206, 207, 208, 226,
                                                          300, 301, 302, 303, 304, 305, 306, 307, 308})}),
       record("unhealthy", {statuses({429, 500, 503}), counter("tcp_failures"), counter("timeouts"),
                            counter("http_failures")})});
}

std::vector<std::string> hash_sources_without(std::string_view left_out) {
  std::vector<std::string> sources = kHashSources;
  std::erase(sources, left_out);
  return sources;
}

Complaint hashes_different_things(const json::object& upstream) {
  for (const std::string_view what : {"header", "query_arg", "uri_capture"}) {
    const json::value* first = at_path(upstream, fmt::format("hash_on_{}", what));
    const json::value* second = at_path(upstream, fmt::format("hash_fallback_{}", what));
    if (first == nullptr || second == nullptr || first->is_null() || *first != *second) continue;
    return fmt::format("values of these fields must be distinct: 'hash_on_{0}', 'hash_fallback_{0}'", what);
  }
  return std::nullopt;
}

std::vector<Check> hash_checks() {
  std::vector<Check> checks;
  for (const std::string what : {"header", "query_arg", "uri_capture"}) {
    checks.push_back(when("hash_on", {json::string(what)}).require("hash_on_" + what));
    checks.push_back(when("hash_fallback", {json::string(what)}).require("hash_fallback_" + what));
  }
  checks.push_back(when("hash_on", {"cookie"}).require("hash_on_cookie"));
  checks.push_back(when("hash_fallback", {"cookie"}).require("hash_on_cookie"));
  checks.push_back(when("hash_on", {"none", "cookie"}).require_one_of("hash_fallback", {"none"}));
  for (const std::string what : {"consumer", "ip", "path"}) {
    checks.push_back(
        when("hash_on", {json::string(what)}).require_one_of("hash_fallback", hash_sources_without(what)));
  }
  checks.push_back(entity_check(hashes_different_things));
  return checks;
}

Complaint is_target(const json::value& value) {
  const std::string_view target = value.as_string();
  const std::size_t colon = target.rfind(':');
  std::string_view host = target.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (is_host_name(host) || is_ip_address(host)) return std::nullopt;
  return "Invalid target; not a valid hostname or ip address";
}

bool is_text(const json::object& entity, std::string_view field) {
  const json::value* value = entity.if_contains(field);
  return value != nullptr && value->is_string();
}

}  // namespace

Schema upstream_schema() {
  return {.fields = {uuid_field(),
                     text("name", {.required = true, .unique = true, .check = formats::upstream_name}),
                     text("algorithm",
                          {.fallback = "round-robin",
                           .one_of = {"consistent-hashing", "least-connections", "round-robin", "latency"}}),
                     text("hash_on", {.fallback = "none", .one_of = kHashSources}),
                     text("hash_fallback", {.fallback = "none", .one_of = kHashSources}),
                     text("hash_on_header", {.check = formats::header_name}),
                     text("hash_fallback_header", {.check = formats::header_name}),
                     text("hash_on_cookie"),
                     text("hash_on_cookie_path", {.fallback = "/", .check = formats::path}),
                     text("hash_on_query_arg"),
                     text("hash_fallback_query_arg"),
                     text("hash_on_uri_capture"),
                     text("hash_fallback_uri_capture"),
                     integer("slots", {.fallback = 10000, .between = Range{10, 65536}}),
                     record("healthchecks", {number("threshold", {.fallback = 0, .between = Range{0, 100}}),
                                             active_checks(), passive_checks()}),
                     text("host_header", {.check = formats::host_pattern}),
                     foreign("client_certificate", "certificates"),
                     boolean("use_srv_name", {.fallback = false}),
                     tags_field(),
                     created_at_field(),
                     updated_at_field()},
          .checks = hash_checks()};
}

Schema target_schema() {
  return {.fields = {uuid_field(),
                     foreign("upstream", "upstreams", {.required = true, .on_delete = OnDelete::cascade}),
                     text("target", {.required = true, .check = is_target}),
                     integer("weight", {.fallback = 100, .between = Range{0, 65535}}), tags_field(),
                     number("created_at", {.automatic = true}), number("updated_at", {.automatic = true})}};
}

void expand_upstream(json::object& upstream) {
  if (is_text(upstream, "algorithm")) {
    const json::string& algorithm = upstream["algorithm"].get_string();
    if (algorithm == "least-connections" || algorithm == "latency") upstream["hash_on"] = "none";
  }
  if (is_text(upstream, "hash_on") && upstream["hash_on"] != json::value("none")) {
    upstream["algorithm"] = "consistent-hashing";
  }
}

void expand_target(json::object& target) {
  if (!is_text(target, "target")) return;
  json::string& place = target["target"].get_string();
  const std::string_view text = place;
  if (is_ip_address(text) && text.find(':') != std::string_view::npos) {
    place = fmt::format("[{}]:8000", text);
  } else if (text.ends_with(']') || text.find(':') == std::string_view::npos) {
    place = fmt::format("{}:8000", text);
  }
}

}  // namespace gatehouse::gateway::store
