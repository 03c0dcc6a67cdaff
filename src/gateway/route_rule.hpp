// What a route asks of a request, as data, and how strongly: the order among routes that match the same
// request.
//
// This is Kong's "traditional_compatible" router: every route becomes one or more patterns, each with a
// 64-bit priority, and the pattern with the highest priority that matches wins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::gateway {

// Routes that the platform sets up for itself give way to what a user creates.
enum class Provenance : std::uint8_t { user, platform };

// One route. An empty list asks for nothing.
struct RouteRule {
  std::string id;
  std::vector<std::string> methods;
  std::vector<std::string> hosts;  // "a.example", "*.example", "a.*", each perhaps with ":port"
  std::vector<std::string> paths;  // "/prefix", or "~" and a regular expression
  std::vector<std::string> snis;
  std::vector<std::pair<std::string, std::vector<std::string>>> headers;  // any of the values; one "~*regex"
  std::int64_t regex_priority = 0;
  Provenance provenance = Provenance::user;
};

[[nodiscard]] inline bool is_regex_path(std::string_view path) {
  return path.starts_with('~');
}
[[nodiscard]] bool is_wildcard_host(std::string_view host);

// A route, or the part of it whose paths weigh the same.
struct RoutePattern {
  std::uint32_t rule = 0;  // index into the rules
  std::vector<std::string> paths;
  std::uint64_t priority = 0;
};

// One pattern per distinct path length and one for all regexes; exactly one for a route without paths.
[[nodiscard]] std::vector<RoutePattern> patterns_of(const RouteRule& rule, std::uint32_t index);

// Bits 61-63: attributes asked for; 60: all hosts are plain; 52-59: headers; 51: regex path;
// 19-50: regex_priority; 0-18: path length.
[[nodiscard]] std::uint64_t priority_of(const RouteRule& rule, const std::vector<std::string>& paths);

}  // namespace gatehouse::gateway
