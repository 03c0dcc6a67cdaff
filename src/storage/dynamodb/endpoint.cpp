#include "storage/dynamodb/endpoint.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

constexpr std::array<std::string_view, 6> kNeverLeavesTheMachine{
    "localhost", "127.0.0.1", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':';
  });
}

// Splits "host:port" and "[address]:port"; false if there is no port where one is announced.
bool read_authority(std::string_view authority, Endpoint& endpoint) {
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const bool is_address = bracket != std::string_view::npos;
  const auto colon = authority.find(':', is_address ? bracket : 0);
  const std::string_view host = authority.substr(0, colon);
  endpoint.host = is_address ? host.substr(1, bracket - 1) : host;
  if (is_address && host.size() != bracket + 1) return false;
  if (colon == std::string_view::npos) return true;
  const auto port = core::parse_int<std::uint16_t>(authority.substr(colon + 1));
  endpoint.port = port.value_or(0);
  return endpoint.port != 0;
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view url) {
  const auto invalid = [url](std::string_view why) {
    return fail(ErrorKind::invalid, "invalid_endpoint", fmt::format("{}: {}", url, why));
  };
  Endpoint endpoint;
  endpoint.is_tls = url.starts_with("https://");
  if (!endpoint.is_tls && !url.starts_with("http://")) return invalid("must begin with https://");
  std::string_view rest = url.substr(endpoint.is_tls ? 8 : 7);
  if (!endpoint.is_tls) endpoint.port = 80;
  const auto slash = std::min(rest.find('/'), rest.size());
  if (slash < rest.size()) endpoint.path = rest.substr(slash);
  endpoint.host_header = rest.substr(0, slash);
  if (!read_authority(endpoint.host_header, endpoint) || !is_host(endpoint.host))
    return invalid("has no host, or no port after it");
  const bool may_be_clear = std::ranges::count(kNeverLeavesTheMachine, std::string_view(endpoint.host)) > 0;
  if (!endpoint.is_tls && !may_be_clear) return invalid("must be https: it leaves this machine");
  return endpoint;
}

}  // namespace gatehouse::storage::dynamodb
