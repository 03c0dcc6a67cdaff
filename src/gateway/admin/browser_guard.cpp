#include "gateway/admin/browser_guard.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "gateway/schema/formats.hpp"

namespace gatehouse::gateway::admin {
namespace {

std::string_view without_port(std::string_view authority) {
  if (const std::size_t close = authority.find(']');
      authority.starts_with('[') && close != std::string_view::npos) {
    return authority.substr(1, close - 1);
  }
  return authority.substr(0, authority.find(':'));
}

bool is_trusted(std::string_view authority, const std::vector<std::string>& names) {
  const std::string_view host = without_port(authority);
  return schema::is_ip_address(host) ||
         std::ranges::any_of(names, [&](const std::string& name) { return core::iequals(name, host); });
}

}  // namespace

bool is_from_trusted_place(const http::Headers& headers, const std::vector<std::string>& names) {
  if (!is_trusted(headers.get("host"), names)) return false;
  const auto origin = headers.find("origin");
  if (!origin) return true;
  const std::size_t scheme_end = origin->find("://");  // "null" is the origin of a sandboxed page
  return scheme_end != std::string_view::npos && is_trusted(origin->substr(scheme_end + 3), names);
}

}  // namespace gatehouse::gateway::admin
