// What is written down of every change: who did what to whom, and when. Names of fields only, never their
// values: the trail outlives the person's data and must not keep it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.hpp"

namespace gatehouse::auth {

// What a change reports of itself.
struct AuditEvent {
  std::string actor;   // a person's id, "service:<role>" or "import"
  std::string action;  // person_created, person_updated, password_set, roles_assigned, person_erased
  std::vector<std::string> fields;
};

// One line of the trail, as it is kept.
struct AuditRecord {
  std::int64_t sequence = 0;
  std::string person_id;
  core::SystemTime at{};
  AuditEvent event;
};

}  // namespace gatehouse::auth
