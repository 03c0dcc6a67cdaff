// Gives a person exactly these roles: what is not in the list is taken. Administrators only, by policy.
#pragma once

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

// `unknown_role` (unprocessable), `own_admin_role` (conflict), `version_mismatch` (precondition_failed),
// `unknown_person`. New roles show in the next access token, at the latest after its five minutes.
[[nodiscard]] Awaitable<Result<Person>> assign_roles(Ports ports, identity::Access access, PersonKey key,
                                                     std::int64_t expected_version, RoleAssignment wanted);

}  // namespace gatehouse::auth
