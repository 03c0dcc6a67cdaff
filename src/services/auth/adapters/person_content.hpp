// A person, and what was written down of one, as JSON: for what leaves a store sealed or to be copied.
#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "services/auth/domain/audit.hpp"
#include "services/auth/domain/person.hpp"

namespace gatehouse::auth {

// Without the realm and the id, by which it is known.
[[nodiscard]] json::object content_of(const Person&);
[[nodiscard]] Result<Person> person_in(const json::object&);

struct WrittenEvent {
  core::SystemTime at{};
  AuditEvent event;
};
[[nodiscard]] json::object content_of(const WrittenEvent&);
[[nodiscard]] Result<WrittenEvent> event_in(const json::object&);

}  // namespace gatehouse::auth
