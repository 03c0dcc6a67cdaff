// The names of roles, and the counts of wrong passwords, in SQLite.
#pragma once

#include "services/auth/ports/attempt_store.hpp"
#include "services/auth/ports/role_store.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth {

class SqliteRoles final : public RoleStore {
 public:
  explicit SqliteRoles(storage::sqlite::AsyncDatabase& database) : database_(database) {}
  [[nodiscard]] Awaitable<Result<std::vector<Role>>> list(std::string realm) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> add(std::string realm, std::vector<Role> roles) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
};

class SqliteAttempts final : public AttemptStore {
 public:
  explicit SqliteAttempts(storage::sqlite::AsyncDatabase& database) : database_(database) {}
  [[nodiscard]] Awaitable<Result<FailureRecord>> find(AttemptKey key) override;
  [[nodiscard]] Awaitable<Result<FailureRecord>> update(AttemptKey key, RecordChange change) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
};

}  // namespace gatehouse::auth
