// Where people are kept. E-mail addresses and names lie encrypted in it; it finds an address by its blind
// index.
//
// Every method may suspend; errors beside those named are the store's own (`unavailable`, `internal`).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/audit.hpp"

namespace gatehouse::auth {

struct PersonKey {
  std::string realm;
  std::string id;
};

// In the order of usernames; `after` is the username of the last one seen.
struct PageRequest {
  std::size_t limit = 50;
  std::string after;
};

struct PersonPage {
  std::vector<Person> people;
  bool has_more = false;
};

// Runs inside the store's transaction, on whatever thread that is: it must hold values only and be quick. It
// may run again, on a fresh copy, if others changed the account meanwhile.
// It says what it did. An event without fields means that nothing changed, and nothing is written.
using AccountChange = std::function<Result<AuditEvent>(Account&)>;

class PersonStore {
 public:
  virtual ~PersonStore() = default;

  // `unknown_person` (not_found), here and below.
  [[nodiscard]] virtual Awaitable<Result<Person>> find(PersonKey key) = 0;
  [[nodiscard]] virtual Awaitable<Result<Account>> find_account(PersonKey key) = 0;
  // By canonical username or, if it holds an @, by canonical e-mail address.
  [[nodiscard]] virtual Awaitable<Result<Account>> find_by_login(std::string realm, Pii login) = 0;

  // `username_taken`, `email_taken`, `person_erased` (conflict): who was erased never comes back under the
  // same id.
  [[nodiscard]] virtual Awaitable<Result<Person>> create(Account account, AuditEvent event,
                                                         core::SystemTime now) = 0;
  // Applies the change and its audit event in one transaction; the version rises by one. The id, the realm
  // and the username stay as they are whatever the change does to them. `email_taken`, and what the change
  // refuses.
  [[nodiscard]] virtual Awaitable<Result<Person>> update(PersonKey key, AccountChange change,
                                                         core::SystemTime now) = 0;
  // The same password under another cost: no new version, no event; nothing happens if `known` is no longer
  // the hash.
  [[nodiscard]] virtual Awaitable<Result<void>> replace_hash(PersonKey key, Secret known, Secret fresh) = 0;
  // The person and the key of its fields go for good; the audit trail, which names nobody, stays.
  // `version` as with If-Match; nothing: whatever it is. `version_mismatch` (precondition_failed).
  [[nodiscard]] virtual Awaitable<Result<void>> erase(PersonKey key, std::optional<std::int64_t> version,
                                                      AuditEvent event, core::SystemTime now) = 0;

  [[nodiscard]] virtual Awaitable<Result<PersonPage>> list(std::string realm, PageRequest page) = 0;
  // Newest first; also of a person who was erased. Empty for a stranger.
  [[nodiscard]] virtual Awaitable<Result<std::vector<AuditRecord>>> audit_of(PersonKey key,
                                                                             std::size_t limit) = 0;
};

[[nodiscard]] inline std::unexpected<Error> unknown_person() {
  return refuse(ErrorKind::not_found, "unknown_person");
}

}  // namespace gatehouse::auth
