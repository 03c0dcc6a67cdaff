#include "services/auth/usecases/update_person.hpp"

#include "services/auth/usecases/get_person.hpp"

namespace gatehouse::auth {

namespace {

Result<void> check_not_closing_oneself(const identity::Access& access, const PersonKey& key,
                                       const PersonChanges& changes) {
  if (changes.enabled == false && access.principal.subject == key.id) {
    return refuse(ErrorKind::conflict, "own_account", "an administrator cannot close his own account");
  }
  return {};
}

}  // namespace

Awaitable<Result<Person>> update_person(Ports ports, identity::Access access, PersonKey key,
                                        std::int64_t expected_version, PersonChanges changes) {
  if (const auto reach = check_reach(access, key); !reach) co_return fail(reach);
  const auto authority = access.scope == identity::Scope::any ? Authority::administrator : Authority::own;
  if (authority == Authority::administrator) {
    if (const auto open = check_not_closing_oneself(access, key, changes); !open) co_return fail(open);
  }

  const auto now = ports.clock.now();
  AccountChange change = [expected_version, changes, authority, now,
                          actor = access.principal.subject](Account& account) -> Result<AuditEvent> {
    const auto current = check_version(account.person, expected_version);
    if (!current) return fail(current);
    auto fields = apply(account.person, changes, authority, now);
    if (!fields) return fail(fields);
    return AuditEvent{.actor = actor, .action = "person_updated", .fields = std::move(*fields)};
  };
  co_return co_await ports.people.update(std::move(key), std::move(change), now);
}

}  // namespace gatehouse::auth
