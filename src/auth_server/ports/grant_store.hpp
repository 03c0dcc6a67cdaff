// What the provider needs of the store of authorization codes, refresh families and revoked tokens. Each verb
// is one transaction: it loads, lets the pure rule decide (sessions/), and saves, so that of two who come at
// once, at one instance or at two, only one can win.
//
// A store on a server gives up at the deadline: `timeout`. The embedded one does not wait.
#pragma once

#include <optional>
#include <string>

#include "auth_server/sessions/redeem.hpp"
#include "auth_server/sessions/rotate.hpp"
#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::auth_server {

// What an access token's validity hangs on beside its signature.
struct TokenStanding {
  bool is_revoked = false;  // itself, or its family
  std::optional<Session> session;
};

class GrantStore {
 public:
  virtual ~GrantStore() = default;

  // Its SHA-256 is stored, never the code itself.
  [[nodiscard]] virtual Awaitable<Result<void>> put_code(std::string code, AuthorizationCode record,
                                                         Deadline deadline = Deadline::never()) = 0;
  // Looks without touching; nothing if there is no such code in the realm.
  [[nodiscard]] virtual Awaitable<Result<std::optional<AuthorizationCode>>> peek_code(
      std::string realm, std::string code, Deadline deadline = Deadline::never()) = 0;
  // `unauthenticated`/"unknown_code" if there is none. A reused code revokes the family of its first use.
  [[nodiscard]] virtual Awaitable<Result<RedeemOutcome>> redeem_code(
      std::string realm, std::string code, Redemption redemption, Lifetimes lifetimes, core::SystemTime now,
      Deadline deadline = Deadline::never()) = 0;

  [[nodiscard]] virtual Awaitable<Result<std::optional<RefreshFamily>>> find_family(
      std::string realm, std::string id, Deadline deadline = Deadline::never()) = 0;
  // `refused` also if the session is over; a use keeps the session alive.
  [[nodiscard]] virtual Awaitable<Result<RotateOutcome>> rotate(std::string realm, std::string family_id,
                                                                std::uint32_t generation, Lifetimes lifetimes,
                                                                core::SystemTime now,
                                                                Deadline deadline = Deadline::never()) = 0;
  [[nodiscard]] virtual Awaitable<Result<void>> revoke_family(std::string realm, std::string id,
                                                              core::SystemTime now,
                                                              Deadline deadline = Deadline::never()) = 0;

  [[nodiscard]] virtual Awaitable<Result<void>> revoke_token(std::string realm, std::string jti,
                                                             core::SystemTime expires_at,
                                                             Deadline deadline = Deadline::never()) = 0;
  // `family_id` and `session_id` may be empty: a client's own token has neither.
  [[nodiscard]] virtual Awaitable<Result<TokenStanding>> standing(std::string realm, std::string jti,
                                                                  std::string family_id,
                                                                  std::string session_id,
                                                                  Deadline deadline = Deadline::never()) = 0;

  // Deletes what can never matter again, of all realms; how many rows.
  [[nodiscard]] virtual Awaitable<Result<std::int64_t>> sweep(std::chrono::seconds keep,
                                                              core::SystemTime now) = 0;
};

}  // namespace gatehouse::auth_server
