// Where a server is that an operator names: "https://host[:port][/path][?query]", IPv6 in brackets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "http/client.hpp"

namespace gatehouse::http {

struct BaseUrl {
  bool uses_tls = true;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string path;   // "" or "/prefix", before which the API lies
  std::string query;  // without '?'

  // Nothing for any other scheme, for user information, a fragment, or what is no URL.
  [[nodiscard]] static std::optional<BaseUrl> parse(std::string_view url, std::uint16_t default_port);

  [[nodiscard]] bool is_loopback() const;
  // Verified against `ca`, a PEM file; empty: the system's. `internal`/"ca_rejected" if it cannot be read.
  [[nodiscard]] Result<Target> target(const std::string& ca) const;
};

}  // namespace gatehouse::http
