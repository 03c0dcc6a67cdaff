// From bodies, query and headers to commands. What is not listed here is refused, so nobody sets a field that
// was not meant to be set.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "core/result.hpp"
#include "service/router.hpp"
#include "services/auth/ports/person_store.hpp"
#include "services/auth/usecases/create_person.hpp"
#include "services/auth/usecases/register_person.hpp"
#include "services/auth/usecases/set_password.hpp"
#include "services/auth/usecases/update_person.hpp"
#include "services/auth/usecases/verify_credentials.hpp"

namespace gatehouse::auth {

// The browser's address is what X-Forwarded-For says: the auth server writes it, and nobody else may call
// that route.
[[nodiscard]] Result<LoginAttempt> login_attempt_of(const service::Call& call, const json::object& body);
[[nodiscard]] Result<NewPerson> new_person_of(const json::object& body, std::string realm);
[[nodiscard]] Result<Registration> registration_of(const json::object& body);
[[nodiscard]] Result<PersonChanges> person_changes_of(const json::object& body);
[[nodiscard]] Result<PasswordChange> password_change_of(const json::object& body);
[[nodiscard]] Result<RoleAssignment> role_assignment_of(const json::object& body);

// limit (1 to 100, default 50) and cursor, as an earlier page gave it.
[[nodiscard]] Result<PageRequest> page_of(const service::Call& call);
[[nodiscard]] std::string cursor_after(const Person& last);

// RFC 9110 section 8.8.3: the version as a strong entity tag.
[[nodiscard]] std::string entity_tag_of(const Person&);
// The version in If-Match; `if_match_required` (precondition_required) if there is none, `version_mismatch`
// (precondition_failed) if it is not one of ours.
[[nodiscard]] Result<std::int64_t> expected_version_of(const service::Call& call);

}  // namespace gatehouse::auth
