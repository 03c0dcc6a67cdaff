// The names of roles, and the counts of wrong passwords, in MongoDB.
//
// Errors beside those of the client: `unavailable` "attempts_contended" (safe to retry) when other instances
// counted for the same account too often meanwhile.
#pragma once

#include "services/auth/ports/attempt_store.hpp"
#include "services/auth/ports/role_store.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::auth {

class MongoRoles final : public RoleStore {
 public:
  explicit MongoRoles(storage::mongo::Client& client) : client_(client) {}
  [[nodiscard]] Awaitable<Result<std::vector<Role>>> list(std::string realm) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> add(std::string realm, std::vector<Role> roles) override;

 private:
  storage::mongo::Client& client_;
};

class MongoAttempts final : public AttemptStore {
 public:
  explicit MongoAttempts(storage::mongo::Client& client) : client_(client) {}
  [[nodiscard]] Awaitable<Result<FailureRecord>> find(AttemptKey key) override;
  [[nodiscard]] Awaitable<Result<FailureRecord>> update(AttemptKey key, RecordChange change) override;

 private:
  storage::mongo::Client& client_;
};

}  // namespace gatehouse::auth
