// Erases a person: oneself, or with the scope any, somebody else. The record goes, and with it the only key
// of its encrypted fields, in every backup too. The audit trail stays, which knows ids and names of fields
// only.
#pragma once

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

// `own_account` (conflict): an administrator does not erase himself. `version_mismatch`
// (precondition_failed), `unknown_person`.
[[nodiscard]] Awaitable<Result<void>> erase_person(Ports ports, identity::Access access, PersonKey key,
                                                   std::int64_t expected_version);

}  // namespace gatehouse::auth
