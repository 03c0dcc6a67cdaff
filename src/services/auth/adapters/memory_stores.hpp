// The stores in memory: for tests and for trying things out. They keep every promise of the ports except to
// last.
#pragma once

#include <map>
#include <set>

#include "services/auth/ports/attempt_store.hpp"
#include "services/auth/ports/person_store.hpp"
#include "services/auth/ports/role_store.hpp"

namespace gatehouse::auth {

class MemoryPeople final : public PersonStore {
 public:
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
  using Key = std::pair<std::string, std::string>;  // realm, id

  [[nodiscard]] Account* account_of(const PersonKey& key);
  [[nodiscard]] bool is_email_taken(const Person& by) const;
  void write_down(const PersonKey& key, AuditEvent event, core::SystemTime now);

  std::map<Key, Account> accounts_;
  std::set<Key> erased_;
  std::vector<std::pair<Key, AuditRecord>> trail_;
};

class MemoryRoles final : public RoleStore {
 public:
  [[nodiscard]] Awaitable<Result<std::vector<Role>>> list(std::string realm) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> add(std::string realm, std::vector<Role> roles) override;

 private:
  std::map<std::tuple<std::string, std::string, std::string>, Role> roles_;  // by realm, client, name
};

class MemoryAttempts final : public AttemptStore {
 public:
  [[nodiscard]] Awaitable<Result<FailureRecord>> find(AttemptKey key) override;
  [[nodiscard]] Awaitable<Result<FailureRecord>> update(AttemptKey key, RecordChange change) override;

 private:
  std::map<std::pair<std::string, std::string>, FailureRecord> records_;
};

}  // namespace gatehouse::auth
