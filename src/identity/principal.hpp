// Who asks: a person or a service, as the verified token or the peer certificate says. Never from a plain
// header.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "net/tls.hpp"

namespace gatehouse::identity {

struct Principal {
  enum class Kind { anonymous, person, service };

  Kind kind = Kind::anonymous;
  std::string subject;    // token `sub`, or "service:<role>" for a role that speaks for itself
  std::string username;   // preferred_username; empty for services
  std::string client_id;  // token `azp`
  std::string session_id;
  std::set<std::string, std::less<>>
      roles;  // realm_access.roles; for a role that speaks for itself: "service:<role>"
  std::optional<core::SystemTime> expires_at;  // of the token: what outlasts it must end with it
};

// The role of a platform peer from its certificate's URI name `spiffe://gatehouse.local/role/<role>`; nothing
// if the certificate is absent, untrusted or names no role.
[[nodiscard]] std::optional<std::string> role_of(const net::Peer& peer);
[[nodiscard]] std::string uri_of_role(std::string_view role);

}  // namespace gatehouse::identity
