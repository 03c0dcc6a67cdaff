// What redeeming a code changes: pure, for the transactions of GrantStore.
#pragma once

#include <optional>

#include "auth_server/sessions/authorization_code.hpp"
#include "auth_server/sessions/refresh_family.hpp"
#include "auth_server/sessions/session.hpp"

namespace gatehouse::auth_server {

struct RedeemOutcome {
  CodeVerdict verdict = CodeVerdict::expired;
  std::optional<RefreshFamily> family;  // if redeemed: the new family, generation 1
  std::optional<Session> session;       // if redeemed: seen now
};

// The store then: revokes code.family_id if the code is reused; spends the code if spends(verdict), for the
// new family if there is one; inserts that family and marks its session as seen.
[[nodiscard]] RedeemOutcome redeem(const AuthorizationCode& code, const std::optional<Session>& session,
                                   const Redemption&, const Lifetimes&, core::SystemTime now);

}  // namespace gatehouse::auth_server
