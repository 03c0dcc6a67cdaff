#include "services/auth/usecases/assign_roles.hpp"

#include "services/auth/usecases/get_person.hpp"

namespace gatehouse::auth {

Awaitable<Result<Person>> assign_roles(Ports ports, identity::Access access, PersonKey key,
                                       std::int64_t expected_version, RoleAssignment wanted) {
  if (const auto reach = check_reach(access, key); !reach) co_return fail(reach);
  const auto known = co_await ports.roles.list(key.realm);
  if (!known) co_return fail(known);
  if (const auto roles = check_known(wanted, *known); !roles) co_return fail(roles);

  AccountChange change = [expected_version, wanted,
                          actor = access.principal.subject](Account& account) -> Result<AuditEvent> {
    Person& person = account.person;
    if (const auto current = check_version(person, expected_version); !current) return fail(current);
    if (const auto kept = check_not_own_admin(wanted, person, actor); !kept) return fail(kept);
    AuditEvent event{.actor = actor, .action = "roles_assigned", .fields = {}};
    if (person.realm_roles != wanted.realm_roles) event.fields.emplace_back("realm_roles");
    if (person.client_roles != wanted.client_roles) event.fields.emplace_back("client_roles");
    person.realm_roles = wanted.realm_roles;
    person.client_roles = wanted.client_roles;
    return event;
  };
  co_return co_await ports.people.update(std::move(key), std::move(change), ports.clock.now());
}

}  // namespace gatehouse::auth
