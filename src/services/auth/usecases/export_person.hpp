// Everything that the service holds about one person, for that person (GDPR Art. 15 and 20): one's own, or
// with the scope any, anybody's. Orders and payments are in the lists of their services.
#pragma once

#include <vector>

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

struct PersonExport {
  Person person;
  bool has_password = false;  // its hash is no data about anybody, and stays here
  FailureRecord attempts;     // wrong passwords that are still remembered
  std::vector<AuditRecord> audit;
  core::SystemTime at{};
};

// `unknown_person` also for what is not yours.
[[nodiscard]] Awaitable<Result<PersonExport>> export_person(Ports ports, identity::Access access,
                                                            PersonKey key);

}  // namespace gatehouse::auth
