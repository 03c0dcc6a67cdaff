// Adds a person who signs up by himself at the auth server's page: open at once, with a password, with the
// roles that the realm gives everybody, and with an address that nobody has confirmed yet.
#pragma once

#include <string>

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

struct Registration {
  std::string realm;
  std::string username;
  std::string email;
  std::string first_name;  // this and the next may be empty
  std::string last_name;
  RoleNames realm_roles;
  Secret password;
};

// What create_person() refuses; `admin_role` (forbidden): whatever a realm calls its default roles, a page
// that everybody may fill in makes no administrator. A password is hashed before it is known whether the name
// is taken, so both take the same time.
[[nodiscard]] Awaitable<Result<Person>> register_person(Ports ports, identity::Access access,
                                                        Registration wanted);

}  // namespace gatehouse::auth
