// For tests: the use cases' ports on memory, a clock that stands still, and a hasher that counts instead of
// working.
#pragma once

#include <string>

#include "core/clock.hpp"
#include "identity/access.hpp"
#include "runtime/worker.hpp"
#include "services/auth/adapters/memory_stores.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

class CountingHasher final : public PasswordHasher {
 public:
  [[nodiscard]] Awaitable<Result<Secret>> hash(Secret password) override {
    ++hashes;
    co_return Secret{cost + ":" + std::string(password.reveal())};
  }
  [[nodiscard]] Awaitable<Result<PasswordMatch>> verify(Secret password, Secret hash) override {
    ++checks;
    const bool matches = hash.reveal().ends_with(":" + std::string(password.reveal()));
    co_return PasswordMatch{.matches = matches, .is_outdated = matches && !hash.reveal().starts_with(cost)};
  }
  [[nodiscard]] Awaitable<Result<PasswordMatch>> verify_nobody(Secret) override {
    ++checks;
    co_return PasswordMatch{};
  }

  std::string cost = "cheap";
  int hashes = 0;
  int checks = 0;
};

class CountingAttempts final : public AttemptStore {
 public:
  [[nodiscard]] Awaitable<Result<FailureRecord>> find(AttemptKey key) override {
    ++reads;
    return attempts_.find(std::move(key));
  }
  [[nodiscard]] Awaitable<Result<FailureRecord>> update(AttemptKey key, RecordChange change) override {
    ++writes;
    return attempts_.update(std::move(key), std::move(change));
  }

  int reads = 0;
  int writes = 0;

 private:
  MemoryAttempts attempts_;
};

inline constexpr std::string_view kRealm = "gatehouse";
inline constexpr std::string_view kPassword = "correct horse battery";

struct TestHouse {
  core::ManualClock clock;
  MemoryPeople people;
  MemoryRoles roles;
  CountingAttempts attempts;
  CountingHasher hasher;
  AddressLimiter addresses;
  Ports ports{.people = people,
              .roles = roles,
              .attempts = attempts,
              .hasher = hasher,
              .addresses = addresses,
              .clock = clock};

  TestHouse() {
    std::vector<Role> known;
    for (const char* name : {"customer", "support", "admin"}) known.push_back({.name = name});
    known.push_back({.name = "cashier", .client = "till", .description = ""});
    (void)get(roles.add(std::string(kRealm), known));
    add("alice", {"customer"});
    add("bob", {"customer"});
    add("root", {"admin"});
  }

  void add(const std::string& username, RoleNames realm_roles) {
    Account account{.person = {.id = "id-" + username,
                               .realm = std::string(kRealm),
                               .username = username,
                               .email = Pii{username + "@example.test"},
                               .first_name = Pii{"First"},
                               .last_name = Pii{"Last"},
                               .email_verified = true,
                               .realm_roles = std::move(realm_roles),
                               .created_at = clock.now(),
                               .updated_at = clock.now()},
                    .password_hash = Secret{"cheap:" + std::string(kPassword)}};
    AuditEvent event{.actor = "import", .action = "person_created", .fields = {"person"}};
    (void)get(people.create(std::move(account), std::move(event), clock.now()));
  }

  template <class T>
  static T get(Awaitable<T> task) {
    return runtime::run_to_end(std::move(task));
  }
  static PersonKey key(const std::string& username) { return {std::string(kRealm), "id-" + username}; }
  Account account(const std::string& username) { return get(people.find_account(key(username))).value(); }
  std::vector<AuditRecord> trail(const std::string& username) {
    return get(people.audit_of(key(username), 100)).value();
  }
};

inline identity::Access access_of(const std::string& username, identity::Scope scope) {
  identity::Access access;
  access.principal.kind = identity::Principal::Kind::person;
  access.principal.subject = "id-" + username;
  access.scope = scope;
  return access;
}

template <class T>
std::string reason_of(const Result<T>& result) {
  return result ? "" : std::string(result.error().reason);
}

}  // namespace gatehouse::auth
