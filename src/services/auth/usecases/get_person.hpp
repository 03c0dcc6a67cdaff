// Shows one person: one's own record, or with the scope any, anybody's.
#pragma once

#include <string>

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

// `unknown_person` also for what is not yours.
[[nodiscard]] Awaitable<Result<Person>> get_person(Ports ports, identity::Access access, PersonKey key);

// For the auth server at refresh and userinfo: past the cache, because a person disabled a moment ago counts.
[[nodiscard]] Awaitable<Result<Person>> get_person_for_tokens(Ports ports, PersonKey key);

// Who changed the record, newest first. Administrators only, by policy.
[[nodiscard]] Awaitable<Result<std::vector<AuditRecord>>> get_audit(Ports ports, identity::Access access,
                                                                    PersonKey key);

// The scope's owner is part of every question about a person.
[[nodiscard]] Result<void> check_reach(const identity::Access& access, const PersonKey& key);

}  // namespace gatehouse::auth
