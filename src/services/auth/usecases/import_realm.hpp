// Brings the roles and people of a realm's export into the stores. What is there already stays as it is, so
// it may run at every start, also of two instances at once.
#pragma once

#include "services/auth/domain/realm_export.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

struct ImportReport {
  std::size_t roles_added = 0;
  std::size_t people_added = 0;
  std::size_t people_kept = 0;
  std::size_t without_password = 0;  // of those added

  friend bool operator==(const ImportReport&, const ImportReport&) = default;
};

// Errors name the place in the export ("users[2]"). The rules for new passwords are not applied: an existing
// realm must be able to move in as it is.
[[nodiscard]] Awaitable<Result<ImportReport>> import_realm(Ports ports, RealmExport realm);

}  // namespace gatehouse::auth
