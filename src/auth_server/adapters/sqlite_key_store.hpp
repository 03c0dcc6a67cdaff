// Sealed signing keys and realm secrets in SQLite, for the instances of one machine.
#pragma once

#include "auth_server/ports/key_store.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth_server {

class SqliteKeyStore final : public KeyStore {
 public:
  explicit SqliteKeyStore(storage::sqlite::AsyncDatabase& database) : database_(database) {}

  [[nodiscard]] Awaitable<Result<std::vector<KeyRow>>> load(std::string realm) override;
  [[nodiscard]] Awaitable<Result<std::vector<KeyRow>>> change(std::string realm, DecideKeys decide,
                                                              core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<std::optional<SealedSecret>>> find_secret(std::string realm) override;
  [[nodiscard]] Awaitable<Result<SealedSecret>> keep_secret(std::string realm, SealedSecret fresh,
                                                            core::SystemTime now) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
};

}  // namespace gatehouse::auth_server
