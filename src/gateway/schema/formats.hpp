// The formats that fields share: what a host, a path, a name or a network looks like, with Kong's complaints.
// They stand as `check` of a field: text("host", {.check = formats::host}).
#pragma once

#include <string_view>

#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::schema {

namespace formats {

[[nodiscard]] Complaint name(
    const json::value&);  // of an entity: letters, digits, . - _ ~ and all beyond ASCII
[[nodiscard]] Complaint host(const json::value&);  // a host name or address without a port
[[nodiscard]] Complaint host_pattern(
    const json::value&);  // as a route matches it: *.example.com, example.*, with a port
[[nodiscard]] Complaint upstream_name(const json::value&);
[[nodiscard]] Complaint server_name(const json::value&);  // TLS SNI; may begin or end with a wildcard label
[[nodiscard]] Complaint path(const json::value&);         // a fixed path
[[nodiscard]] Complaint route_path(const json::value&);   // a fixed path, or "~" and a regular expression
[[nodiscard]] Complaint method(const json::value&);       // upper-case letters
[[nodiscard]] Complaint header_name(const json::value&);
[[nodiscard]] Complaint address_or_network(const json::value&);  // 10.0.0.1, 10.0.0.0/8, ::1, fd00::/8
[[nodiscard]] Complaint url(const json::value&);                 // with scheme and host
[[nodiscard]] Complaint tag(const json::value&);

}  // namespace formats

[[nodiscard]] bool is_ip_address(std::string_view);  // v4, or v6 without brackets
[[nodiscard]] bool is_host_name(std::string_view);   // RFC 1123 labels and "_"

// Fields that many schemas have.
[[nodiscard]] Field uuid_field();        // "id"
[[nodiscard]] Field created_at_field();  // seconds
[[nodiscard]] Field updated_at_field();
[[nodiscard]] Field tags_field();
[[nodiscard]] Field port_field(std::string_view name, Rules rules = {});
[[nodiscard]] Field timeout_field(std::string_view name, std::int64_t fallback_ms, std::int64_t min_ms = 0);
// "host", "port", "timeout", "username", "password", "database", "ssl", …: the "redis" record of plugins.
[[nodiscard]] Field redis_field();
// redis_host … redis_database: its old flat names.
[[nodiscard]] std::vector<Shorthand> redis_shorthands();

}  // namespace gatehouse::gateway::schema
