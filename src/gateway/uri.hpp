// Paths of the gateway: the one spelling under which a path is matched, and the path that the upstream sees.
//
// Matching and forwarding use the same normalised text, so that no spelling can pass a route's check and mean
// something else behind it.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace gatehouse::gateway {

// The two parts of a request target in origin form ("/a/b?c=d"); `has_query` tells "/a?" from "/a".
struct SplitTarget {
  std::string_view path;
  std::string_view query;
  bool has_query = false;
};
[[nodiscard]] SplitTarget split_target(std::string_view target);

// RFC 3986 section 6.2.2: percent-encoded unreserved characters are decoded, other escapes get upper-case
// digits,
// "." and ".." segments are resolved, "//" becomes "/"; bytes that may not stand in a path are escaped.
// Returns `path` itself when nothing is to be done, else a view of `storage`.
// ErrorKind::invalid for a malformed escape or an escaped NUL.
[[nodiscard]] Result<std::string_view> normalise_path(std::string_view path, std::string& storage);

enum class Strip : bool { no, yes };

// Kong's path_handling v0. `matched` is how many bytes of `path` the route's own path covered.
[[nodiscard]] std::string upstream_path(std::string_view service_path, std::string_view path,
                                        std::size_t matched, Strip strip);

}  // namespace gatehouse::gateway
