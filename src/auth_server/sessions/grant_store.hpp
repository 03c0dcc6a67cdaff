// The rows of authorization codes, refresh families and revoked tokens. Each verb is one transaction: it
// loads, lets the pure rule decide, and saves, so that two who come at once cannot both win.
#pragma once

#include <optional>
#include <string>

#include "auth_server/sessions/authorization_code.hpp"
#include "auth_server/sessions/refresh_family.hpp"
#include "auth_server/sessions/session.hpp"
#include "core/result.hpp"
#include "storage/sqlite_async.hpp"

namespace gatehouse::auth_server {

struct RedeemOutcome {
  CodeVerdict verdict = CodeVerdict::expired;
  std::optional<RefreshFamily> family;  // if redeemed: the new family, generation 1
  std::optional<Session> session;
};

struct RotateOutcome {
  Rotation rotation = Rotation::refused;
  std::optional<RefreshFamily> family;  // after the rotation
  std::optional<Session> session;
};

// What an access token's validity hangs on beside its signature.
struct TokenStanding {
  bool is_revoked = false;  // itself, or its family
  std::optional<Session> session;
};

class GrantStore {
 public:
  explicit GrantStore(storage::sqlite::AsyncDatabase& database) : database_(database) {}

  [[nodiscard]] Awaitable<Result<void>> put_code(std::string code, AuthorizationCode record);
  // Looks without touching; nothing if there is no such code in the realm.
  [[nodiscard]] Awaitable<Result<std::optional<AuthorizationCode>>> peek_code(std::string realm,
                                                                              std::string code);
  // `unauthenticated`/"unknown_code" if there is none. A reused code revokes the family of its first use.
  [[nodiscard]] Awaitable<Result<RedeemOutcome>> redeem_code(std::string realm, std::string code,
                                                             Redemption redemption, Lifetimes lifetimes,
                                                             core::SystemTime now);

  [[nodiscard]] Awaitable<Result<std::optional<RefreshFamily>>> find_family(std::string realm,
                                                                            std::string id);
  // `refused` also if the session is over; a use keeps the session alive.
  [[nodiscard]] Awaitable<Result<RotateOutcome>> rotate(std::string realm, std::string family_id,
                                                        std::uint32_t generation, Lifetimes lifetimes,
                                                        core::SystemTime now);
  [[nodiscard]] Awaitable<Result<void>> revoke_family(std::string realm, std::string id,
                                                      core::SystemTime now);

  [[nodiscard]] Awaitable<Result<void>> revoke_token(std::string realm, std::string jti,
                                                     core::SystemTime expires_at);
  // `family_id` and `session_id` may be empty: a client's own token has neither.
  [[nodiscard]] Awaitable<Result<TokenStanding>> standing(std::string realm, std::string jti,
                                                          std::string family_id, std::string session_id);

  // Deletes what can never matter again; how many rows.
  [[nodiscard]] Awaitable<Result<std::int64_t>> sweep(std::chrono::seconds keep, core::SystemTime now);

 private:
  storage::sqlite::AsyncDatabase& database_;
};

}  // namespace gatehouse::auth_server
