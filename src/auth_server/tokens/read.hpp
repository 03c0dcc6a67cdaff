// Believes, or not, the tokens that come back. Each kind has its own reader, so that no kind passes for
// another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth_server/clients/realm.hpp"
#include "auth_server/keys/realm_keys.hpp"
#include "core/clock.hpp"
#include "core/fields.hpp"

namespace gatehouse::auth_server {

inline constexpr std::string_view kRefreshTokenPurpose = "refresh-token";

// crypto::verify_jwt's refusals; `wrong_type` for an id token. The claims are believed, the token may be
// revoked.
[[nodiscard]] Result<json::object> read_access_token(std::string_view token, const RealmKeys&, const Realm&,
                                                     core::SystemTime now);

struct RefreshToken {
  std::string family_id;
  std::uint32_t generation = 0;
  std::string client_id;
  std::string person_id;
  std::string session_id;
  std::string scope;
  std::int64_t issued_at = 0;
  std::int64_t expires_at = 0;
};

[[nodiscard]] Result<RefreshToken> read_refresh_token(std::string_view token, const RealmKeys&, const Realm&,
                                                      core::SystemTime now);

// An id token as a hint: signed by us, but it may have expired (RP-Initiated Logout section 2).
struct IdTokenHint {
  std::string client_id;
  std::string person_id;
  std::string session_id;
};

[[nodiscard]] Result<IdTokenHint> read_id_token_hint(std::string_view token, const RealmKeys&, const Realm&);

// A text claim of believed claims; empty if absent.
[[nodiscard]] std::string text_claim(const json::object& claims, std::string_view name);
[[nodiscard]] std::int64_t number_claim(const json::object& claims, std::string_view name);

}  // namespace gatehouse::auth_server
