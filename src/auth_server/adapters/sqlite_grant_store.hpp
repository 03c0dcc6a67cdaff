// Codes, refresh families and revoked tokens in SQLite, for the instances of one machine.
#pragma once

#include "auth_server/ports/grant_store.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth_server {

class SqliteGrantStore final : public GrantStore {
 public:
  explicit SqliteGrantStore(storage::sqlite::AsyncDatabase& database) : database_(database) {}

  [[nodiscard]] Awaitable<Result<void>> put_code(std::string code, AuthorizationCode record,
                                                 Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::optional<AuthorizationCode>>> peek_code(std::string realm,
                                                                              std::string code,
                                                                              Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<RedeemOutcome>> redeem_code(std::string realm, std::string code,
                                                             Redemption redemption, Lifetimes lifetimes,
                                                             core::SystemTime now,
                                                             Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::optional<RefreshFamily>>> find_family(std::string realm, std::string id,
                                                                            Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<RotateOutcome>> rotate(std::string realm, std::string family_id,
                                                        std::uint32_t generation, Lifetimes lifetimes,
                                                        core::SystemTime now, Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<void>> revoke_family(std::string realm, std::string id, core::SystemTime now,
                                                      Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<void>> revoke_token(std::string realm, std::string jti,
                                                     core::SystemTime expires_at, Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<TokenStanding>> standing(std::string realm, std::string jti,
                                                          std::string family_id, std::string session_id,
                                                          Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> sweep(std::chrono::seconds keep,
                                                      core::SystemTime now) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
};

}  // namespace gatehouse::auth_server
