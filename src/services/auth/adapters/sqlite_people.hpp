// People in SQLite. Updates are read, changed and written in one write transaction, so two of them never lose
// one another's work.
#pragma once

#include "services/auth/adapters/person_row.hpp"
#include "services/auth/ports/person_store.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth {

class SqlitePeople final : public PersonStore {
 public:
  // The schema is migrated already.
  SqlitePeople(storage::sqlite::AsyncDatabase& database, PersonSealer sealer)
      : database_(database), sealer_(std::move(sealer)) {}

  [[nodiscard]] Awaitable<Result<Person>> find(PersonKey key) override;
  [[nodiscard]] Awaitable<Result<Account>> find_account(PersonKey key) override;
  [[nodiscard]] Awaitable<Result<Account>> find_by_login(std::string realm, Pii login) override;
  [[nodiscard]] Awaitable<Result<Person>> create(Account account, AuditEvent event,
                                                 core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<Person>> update(PersonKey key, AccountChange change,
                                                 core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<void>> replace_hash(PersonKey key, Secret known, Secret fresh) override;
  [[nodiscard]] Awaitable<Result<void>> erase(PersonKey key, std::optional<std::int64_t> version,
                                              AuditEvent event, core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<PersonPage>> list(std::string realm, PageRequest page) override;
  [[nodiscard]] Awaitable<Result<std::vector<AuditRecord>>> audit_of(PersonKey key,
                                                                     std::size_t limit) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
  PersonSealer sealer_;
};

}  // namespace gatehouse::auth
