#include "services/auth/usecases/export_person.hpp"

#include "services/auth/usecases/get_person.hpp"

namespace gatehouse::auth {

namespace {

constexpr std::size_t kAuditRecordsMax = 10'000;

}  // namespace

Awaitable<Result<PersonExport>> export_person(Ports ports, identity::Access access, PersonKey key) {
  if (const auto reach = check_reach(access, key); !reach) co_return fail(reach);
  auto account = co_await ports.people.find_account(key);
  if (!account) co_return fail(account);
  AttemptKey attempts_of{.realm = key.realm, .account = key.id};
  const auto attempts = co_await ports.attempts.find(std::move(attempts_of));
  if (!attempts) co_return fail(attempts);
  auto audit = co_await ports.people.audit_of(std::move(key), kAuditRecordsMax);
  if (!audit) co_return fail(audit);
  co_return PersonExport{.person = std::move(account->person),
                         .has_password = !account->password_hash.empty(),
                         .attempts = *attempts,
                         .audit = std::move(*audit),
                         .at = ports.clock.now()};
}

}  // namespace gatehouse::auth
