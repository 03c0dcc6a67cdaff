// Changes a person's own fields, or with the scope any, also whether the account is open.
#pragma once

#include "identity/access.hpp"
#include "services/auth/domain/person_changes.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

// `expected_version` is what the client saw (If-Match): `version_mismatch` (precondition_failed) if it is
// another by now. What apply() refuses; `email_taken` (conflict); `unknown_person`, also for what is not
// yours.
[[nodiscard]] Awaitable<Result<Person>> update_person(Ports ports, identity::Access access, PersonKey key,
                                                      std::int64_t expected_version, PersonChanges changes);

}  // namespace gatehouse::auth
