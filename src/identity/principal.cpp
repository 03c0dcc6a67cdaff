#include "identity/principal.hpp"

namespace gatehouse::identity {

namespace {
constexpr std::string_view kRolePrefix = "spiffe://gatehouse.local/role/";
}

std::optional<std::string> role_of(const net::Peer& peer) {
  if (!peer.is_certificate_trusted || !peer.certificate) return std::nullopt;
  for (const std::string& uri : peer.certificate->uri_names()) {
    if (uri.starts_with(kRolePrefix)) return uri.substr(kRolePrefix.size());
  }
  return std::nullopt;
}

std::string uri_of_role(std::string_view role) {
  return std::string(kRolePrefix).append(role);
}

}  // namespace gatehouse::identity
