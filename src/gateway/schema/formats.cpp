#include "gateway/schema/formats.hpp"

#include <algorithm>
#include <arpa/inet.h>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::gateway::schema {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

bool consists_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text,
                             [&](char c) { return is_alnum(c) || others.find(c) != std::string_view::npos; });
}

std::string_view text_of(const json::value& value) {
  return value.as_string();
}

// "name", "name:80", "[::1]:80", "::1": what stands before the port, and the port.
struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

HostAndPort split_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return {text, std::nullopt};
    const std::string_view rest = text.substr(close + 1);
    const std::string_view host = text.substr(1, close - 1);
    return rest.starts_with(':') ? HostAndPort{host, rest.substr(1)} : HostAndPort{host, std::nullopt};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Complaint bad_escape(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    const bool is_good = at + 2 < path.size() && is_hex(path[at + 1]) && is_hex(path[at + 2]);
    if (!is_good) return fmt::format("invalid url-encoded value: '{}'", path.substr(at, 3));
  }
  return std::nullopt;
}

Complaint fixed_path(std::string_view path) {
  if (path.find("//") != std::string_view::npos) return "must not have empty segments";
  constexpr std::string_view kAllowed = "-._~:/?#[]@!$&'()*+,;=%";  // RFC 3986 section 2
  const bool is_clean = std::ranges::all_of(path, [&](char c) {
    return is_alnum(c) || is_beyond_ascii(c) || kAllowed.find(c) != std::string_view::npos;
  });
  if (!is_clean) {
    return fmt::format("invalid path: '{}' (characters outside of the reserved list of RFC 3986 found)",
                       path);
  }
  return bad_escape(path);
}

}  // namespace

bool is_ip_address(std::string_view text) {
  unsigned char bytes[16];
  const std::string copy(text);
  return inet_pton(AF_INET, copy.c_str(), bytes) == 1 || inet_pton(AF_INET6, copy.c_str(), bytes) == 1;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  return std::ranges::all_of(core::split(text, '.'), [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && consists_of(label, "-_") && label.front() != '-' &&
           label.back() != '-';
  });
}

namespace formats {

Complaint name(const json::value& value) {
  const std::string_view text = text_of(value);
  const bool is_good = std::ranges::all_of(
      text, [](char c) { return is_beyond_ascii(c) || consists_of(std::string_view(&c, 1), ".-_~"); });
  if (is_good && core::is_valid_utf8(text)) return std::nullopt;
  return fmt::format(
      "invalid value '{}': the only accepted ascii characters are alphanumerics or ., -, _, and ~", text);
}

Complaint host(const json::value& value) {
  const auto [host, port] = split_port(text_of(value));
  if (!is_host_name(host) && !is_ip_address(host)) return fmt::format("invalid value: {}", text_of(value));
  return port ? Complaint("must not have a port") : std::nullopt;
}

Complaint host_pattern(const json::value& value) {
  const std::string_view text = text_of(value);
  auto [host, port] = split_port(text);
  const bool is_port = !port || core::parse_int<std::uint16_t>(*port).has_value();
  const std::ptrdiff_t stars = std::ranges::count(host, '*');
  if (stars > 1) return "invalid wildcard: must have at most one wildcard";
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host.ends_with(".*")) host.remove_suffix(2);
  if (host.find('*') != std::string_view::npos)
    return "invalid wildcard: must be placed at leftmost or rightmost label";
  if (is_port && (is_host_name(host) || is_ip_address(host))) return std::nullopt;
  return fmt::format("invalid hostname: {}", text);
}

Complaint upstream_name(const json::value& value) {
  const auto [host, port] = split_port(text_of(value));
  if (is_ip_address(host)) return "Invalid name; no ip addresses allowed";
  if (!is_host_name(host)) return "Invalid name; must be a valid hostname";
  return port ? Complaint("Invalid name; no port allowed") : std::nullopt;
}

Complaint server_name(const json::value& value) {
  std::string_view host = text_of(value);
  if (is_ip_address(host)) return "must not be an IP";
  if (split_port(host).port) return "must not have a port";
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host.ends_with(".*")) host.remove_suffix(2);
  return is_host_name(host) ? std::nullopt : Complaint(fmt::format("invalid value: {}", host));
}

Complaint path(const json::value& value) {
  if (!text_of(value).starts_with('/')) return "should start with: /";
  return fixed_path(text_of(value));
}

Complaint route_path(const json::value& value) {
  const std::string_view text = text_of(value);
  if (text.starts_with('~')) return std::nullopt;  // compiled when the route table is
  if (!text.starts_with('/')) return "should start with: / (fixed path) or ~/ (regex path)";
  return fixed_path(text);
}

Complaint method(const json::value& value) {
  const bool is_good = std::ranges::all_of(text_of(value), [](char c) { return c >= 'A' && c <= 'Z'; });
  return is_good ? std::nullopt : Complaint(fmt::format("invalid value: {}", text_of(value)));
}

Complaint header_name(const json::value& value) {
  if (consists_of(text_of(value), "!#$%&'*+-.^_`|~")) return std::nullopt;  // RFC 9110 section 5.6.2
  return fmt::format("bad header name '{}', allowed characters are A-Z, a-z, 0-9, '_', and '-'",
                     text_of(value));
}

Complaint address_or_network(const json::value& value) {
  const auto network = core::cut(text_of(value), '/');
  const std::string_view address = network ? network->first : text_of(value);
  const int bits_max = address.find(':') == std::string_view::npos ? 32 : 128;
  const auto bits = network ? core::parse_int<int>(network->second) : 0;
  if (is_ip_address(address) && bits && *bits >= 0 && *bits <= bits_max) return std::nullopt;
  return fmt::format("invalid ip or cidr range: '{}'", text_of(value));
}

Complaint url(const json::value& value) {
  const std::string_view text = text_of(value);
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return "missing host in url";
  if (scheme_end == 0) return "missing scheme in url";
  const std::string_view rest = text.substr(scheme_end + 3);
  return rest.empty() || rest.starts_with('/') ? Complaint("missing host in url") : std::nullopt;
}

Complaint tag(const json::value& value) {
  const std::string_view text = text_of(value);
  const bool is_good = std::ranges::all_of(
      text, [](char c) { return is_beyond_ascii(c) || (c >= 0x20 && c <= 0x7e && c != ',' && c != '/'); });
  if (is_good && core::is_valid_utf8(text)) return std::nullopt;
  return fmt::format(
      "invalid tag '{}': expected printable ascii (except `,` and `/`) or valid utf-8 sequences", text);
}

}  // namespace formats

Field uuid_field() {
  return text("id", {.automatic = true, .uuid = true});
}
Field created_at_field() {
  return integer("created_at", {.automatic = true});
}
Field updated_at_field() {
  return integer("updated_at", {.automatic = true});
}
Field tags_field() {
  return set("tags", text({}, {.required = true, .check = formats::tag}));
}

Field port_field(std::string_view name, Rules rules) {
  rules.between = Range{0, 65535};
  return integer(name, std::move(rules));
}

Field timeout_field(std::string_view name, std::int64_t fallback_ms, std::int64_t min_ms) {
  constexpr std::int64_t kMax = 2147483646;  // 2^31 - 2
  return integer(name, {.fallback = fallback_ms, .between = Range{min_ms, kMax}});
}

Field redis_field() {
  return record(
      "redis",
      {text("host", {.check = formats::host}), port_field("port", {.fallback = 6379}),
       timeout_field("timeout", 2000), text("username"), text("password", {.len_min = 0, .secret = true}),
       integer("database", {.fallback = 0}), boolean("ssl", {.fallback = false}),
       boolean("ssl_verify", {.fallback = false}), text("server_name", {.check = formats::server_name})});
}

std::vector<Shorthand> redis_shorthands() {
  return {shorthand(text("redis_host"), {"redis", "host"}),
          shorthand(integer("redis_port"), {"redis", "port"}),
          shorthand(text("redis_password", {.len_min = 0}), {"redis", "password"}),
          shorthand(text("redis_username"), {"redis", "username"}),
          shorthand(boolean("redis_ssl"), {"redis", "ssl"}),
          shorthand(boolean("redis_ssl_verify"), {"redis", "ssl_verify"}),
          shorthand(text("redis_server_name"), {"redis", "server_name"}),
          shorthand(integer("redis_timeout"), {"redis", "timeout"}),
          shorthand(integer("redis_database"), {"redis", "database"})};
}

}  // namespace gatehouse::gateway::schema
