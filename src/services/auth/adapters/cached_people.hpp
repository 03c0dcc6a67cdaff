// People read through a cache: find() alone, which is what people see of one another. Whatever decides
// (logins, changes, tokens) goes past it, and every change tells the cache before it answers.
#pragma once

#include <chrono>

#include "cache/read_through.hpp"
#include "services/auth/adapters/sealed_person.hpp"
#include "services/auth/ports/person_store.hpp"

namespace gatehouse::auth {

struct CachedPeopleLimits {
  std::chrono::milliseconds ttl{30'000};
  std::chrono::milliseconds load_timeout{5'000};  // of waiting for somebody else's load
};

class CachedPeople final : public PersonStore {
 public:
  CachedPeople(PersonStore& people, cache::ReadThrough& cache, CacheSealer sealer,
               CachedPeopleLimits limits = {})
      : people_(people), cache_(cache), sealer_(std::move(sealer)), limits_(limits) {}

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
  [[nodiscard]] Awaitable<Result<cache::Loaded>> load(PersonKey key);
  [[nodiscard]] Awaitable<> tell(PersonKey key, std::int64_t version);

  PersonStore& people_;
  cache::ReadThrough& cache_;
  CacheSealer sealer_;
  CachedPeopleLimits limits_;
};

}  // namespace gatehouse::auth
