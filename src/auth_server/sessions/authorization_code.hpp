// An authorization code's record and the rule of its redemption (RFC 6749 section 4.1.3, RFC 7636
// section 4.6). Pure; GrantStore applies it in one transaction, so of two parties that redeem one code at
// once, one wins.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace gatehouse::auth_server {

struct AuthorizationCode {
  std::string realm;
  std::string client_id;
  std::string redirect_uri;
  std::string code_challenge;
  std::string session_id;
  std::string person_id;
  std::string scope;
  std::string nonce;
  core::SystemTime authenticated_at{};
  core::SystemTime expires_at{};
  std::optional<core::SystemTime> spent_at;
  std::string family_id;  // what its first use led to; empty if nothing
};

struct Redemption {
  std::string client_id;
  std::string redirect_uri;
  std::string code_verifier;
};

enum class CodeVerdict {
  redeem,
  another_client,  // the code stays: a stranger must not be able to spend it
  reused,          // everything that the first use led to is revoked
  expired,
  redirect_mismatch,  // spent by the attempt, as is the next: a guess is not free
  wrong_verifier,
  session_over,  // logged out between the login and here
};

[[nodiscard]] CodeVerdict decide_redemption(const AuthorizationCode&, const Redemption&,
                                            core::SystemTime now);
[[nodiscard]] bool spends(CodeVerdict);

}  // namespace gatehouse::auth_server
