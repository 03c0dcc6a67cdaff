// Sealed signing keys and realm secrets in PostgreSQL, for instances on any number of machines.
#pragma once

#include "auth_server/ports/key_store.hpp"
#include "storage/postgres/database.hpp"

namespace gatehouse::auth_server {

class PostgresKeyStore final : public KeyStore {
 public:
  explicit PostgresKeyStore(storage::postgres::Database& database) : database_(database) {}

  [[nodiscard]] Awaitable<Result<std::vector<KeyRow>>> load(std::string realm) override;
  [[nodiscard]] Awaitable<Result<std::vector<KeyRow>>> change(std::string realm, DecideKeys decide,
                                                              core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<std::optional<SealedSecret>>> find_secret(std::string realm) override;
  [[nodiscard]] Awaitable<Result<SealedSecret>> keep_secret(std::string realm, SealedSecret fresh,
                                                            core::SystemTime now) override;

 private:
  storage::postgres::Database& database_;
};

}  // namespace gatehouse::auth_server
