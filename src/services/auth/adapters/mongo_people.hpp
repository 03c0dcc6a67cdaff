// People in MongoDB. An update reads, changes and writes under the revision that it read (findAndModify); if
// somebody else was faster it begins again, so two of them never lose one another's work. See
// mongo_documents.hpp for how the audit trail keeps up without transactions.
//
// Errors beside those of the port: those of the client; `unavailable` "person_contended" (safe to retry) when
// others were faster too often.
#pragma once

#include "services/auth/adapters/person_row.hpp"
#include "services/auth/ports/person_store.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::auth {

class MongoPeople final : public PersonStore {
 public:
  // The client prepares the collections: see mongo_schema.hpp.
  MongoPeople(storage::mongo::Client& client, PersonSealer sealer)
      : client_(client), sealer_(std::move(sealer)) {}

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
  storage::mongo::Client& client_;
  PersonSealer sealer_;
};

}  // namespace gatehouse::auth
