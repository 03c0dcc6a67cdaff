#include "services/auth/usecases/register_person.hpp"

#include "services/auth/usecases/create_person.hpp"

namespace gatehouse::auth {

Awaitable<Result<Person>> register_person(Ports ports, identity::Access access, Registration wanted) {
  if (wanted.realm_roles.contains(kAdminRole)) co_return refuse(ErrorKind::forbidden, "admin_role");
  NewPerson person{.realm = std::move(wanted.realm),
                   .username = std::move(wanted.username),
                   .email = std::move(wanted.email),
                   .first_name = std::move(wanted.first_name),
                   .last_name = std::move(wanted.last_name),
                   .roles = {.realm_roles = std::move(wanted.realm_roles), .client_roles = {}},
                   .password = std::move(wanted.password)};
  co_return co_await create_person(ports, std::move(access), std::move(person));
}

}  // namespace gatehouse::auth
