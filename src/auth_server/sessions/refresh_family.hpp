// The refresh tokens that descend from one login of one client, and the rule of their rotation (RFC 9700
// section 4.14.2). Every use makes the next generation; a token of an older one that comes back means that
// two parties hold the family, so it is revoked. The one exception is a client that asks twice at once:
// within a short leeway the generation before gets a sibling, a token of the current generation. Pure;
// GrantStore applies it in one transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth_server/sessions/lifetimes.hpp"
#include "core/clock.hpp"

namespace gatehouse::auth_server {

struct RefreshFamily {
  std::string id;
  std::string realm;
  std::string client_id;
  std::string session_id;
  std::string person_id;
  std::string scope;
  std::string nonce;  // of the authorization request; a refreshed id token keeps none
  core::SystemTime authenticated_at{};
  core::SystemTime created_at{};
  std::uint32_t generation = 1;
  core::SystemTime rotated_at{};  // when the current generation was made
  std::uint32_t siblings = 0;     // answered within the leeway since then
  std::optional<core::SystemTime> revoked_at;
};

enum class Rotation {
  next,     // the current token: make the next generation
  sibling,  // the one before, within the leeway: another of the current generation
  reuse,    // an old one: revoke the family
  refused,  // revoked, or never issued
};

[[nodiscard]] Rotation decide_rotation(const RefreshFamily&, std::uint32_t presented_generation,
                                       const Lifetimes&, core::SystemTime now);

}  // namespace gatehouse::auth_server
