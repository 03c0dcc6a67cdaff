// People, roles and audit records as JSON: what goes out is listed here, member by member.
#pragma once

#include <boost/json.hpp>

#include "core/fields.hpp"
#include "services/auth/domain/audit.hpp"
#include "services/auth/domain/person.hpp"
#include "services/auth/domain/role.hpp"
#include "services/auth/usecases/export_person.hpp"

namespace gatehouse::auth {

// whole: for oneself and for administrators. masked: address and names as "a***", for those who only look.
enum class PersonView : std::uint8_t { whole, masked };

[[nodiscard]] json::object json_of(const Person&, PersonView);
// What the auth server puts into tokens.
[[nodiscard]] json::object claims_json_of(const Person&);
[[nodiscard]] json::object json_of(const Role&);
[[nodiscard]] json::object json_of(const AuditRecord&);
// Of those who changed the record it says what they were, not who: their ids are data about them.
[[nodiscard]] json::object json_of(const PersonExport&);

}  // namespace gatehouse::auth
