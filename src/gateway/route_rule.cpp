// Implements the splitting of routes into patterns and the priority of a pattern.
#include "gateway/route_rule.hpp"

#include <algorithm>
#include <map>

namespace gatehouse::gateway {

bool is_wildcard_host(std::string_view host) {
  return host.find('*') != std::string_view::npos;
}

std::vector<RoutePattern> patterns_of(const RouteRule& rule, std::uint32_t index) {
  constexpr std::size_t kRegexes = static_cast<std::size_t>(-1);
  std::map<std::size_t, std::vector<std::string>> groups;
  for (const auto& path : rule.paths) groups[is_regex_path(path) ? kRegexes : path.size()].push_back(path);
  if (groups.empty()) groups[0] = {};

  std::vector<RoutePattern> patterns;
  for (auto& [length, paths] : groups) {
    const auto priority = priority_of(rule, paths);
    patterns.push_back({.rule = index, .paths = std::move(paths), .priority = priority});
  }
  return patterns;
}

std::uint64_t priority_of(const RouteRule& rule, const std::vector<std::string>& paths) {
  std::uint64_t attributes = 0;
  for (const bool asked : {!rule.methods.empty(), !rule.hosts.empty(), !rule.headers.empty(),
                           !rule.snis.empty(), !paths.empty()}) {
    attributes += asked ? 1 : 0;
  }
  const bool plain_hosts = !rule.hosts.empty() && std::ranges::none_of(rule.hosts, is_wildcard_host);
  const bool has_regex = std::ranges::any_of(paths, is_regex_path);
  std::size_t length = 0;
  for (const auto& path : paths) {
    if (!is_regex_path(path)) length = std::max(length, path.size());
  }
  const auto regex_priority =
      has_regex ? static_cast<std::uint64_t>(std::clamp<std::int64_t>(rule.regex_priority, 0, 0xFFFF'FFFF))
                : 0;
  return attributes << 61 | std::uint64_t{plain_hosts} << 60 |
         std::uint64_t{std::min<std::size_t>(rule.headers.size(), 255)} << 52 |
         std::uint64_t{has_regex} << 51 | regex_priority << 19 | std::min<std::uint64_t>(length, 0x7FFFF);
}

}  // namespace gatehouse::gateway
