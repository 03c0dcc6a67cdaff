// Which route serves a request: the first step of gateway/serve. Immutable once built.
//
// Cost does not grow with the number of routes: exact hosts are found by hash, wildcard hosts by one look-up
// per label, and paths (a regular expression counts with its literal beginning) by one walk down a radix
// trie.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "gateway/route_rule.hpp"
#include "http/headers.hpp"

namespace gatehouse::gateway {

struct RouteQuery {
  std::string_view method;
  std::string_view path;         // normalised
  std::string_view server_name;  // TLS: the name that the client asked for
  bool is_tls = false;
  const http::Headers* headers = nullptr;  // never null when asked; "Host" among them
};

struct RouteHit {
  std::uint32_t rule = 0;   // index into the rules that the table was built from
  std::size_t matched = 0;  // bytes of the path that the route's own path covered
};

class RouteTable {
 public:
  RouteTable();  // matches nothing
  // ErrorKind::invalid, reason "bad_route", detail "paths.1: missing ]" for a regular expression that is
  // none.
  static Result<RouteTable> build(const std::vector<RouteRule>& rules);
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  [[nodiscard]] std::optional<RouteHit> match(const RouteQuery& query) const;

 private:
  struct Index;
  explicit RouteTable(std::unique_ptr<const Index> index);
  std::unique_ptr<const Index> index_;
};

// Splits "host:port" (IPv6 in brackets). Port 0 if there is none or it is no number.
struct HostPort {
  std::string_view host;
  std::uint16_t port = 0;
};
[[nodiscard]] HostPort split_host_port(std::string_view text);

}  // namespace gatehouse::gateway
