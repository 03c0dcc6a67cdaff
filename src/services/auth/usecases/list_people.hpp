// Lists the people of a realm by username, page by page, and the roles that a realm knows.
#pragma once

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

// With the scope own, the list has one entry: oneself.
[[nodiscard]] Awaitable<Result<PersonPage>> list_people(Ports ports, identity::Access access,
                                                        std::string realm, PageRequest page);

[[nodiscard]] Awaitable<Result<std::vector<Role>>> list_roles(Ports ports, std::string realm);

}  // namespace gatehouse::auth
