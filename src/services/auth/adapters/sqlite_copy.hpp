// The auth service's records in SQLite as they are copied between engines: see copied_people.hpp.
#pragma once

#include "services/auth/adapters/copied_people.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth {

// Roles, trails, people and attempts. `database` outlives them.
[[nodiscard]] std::vector<std::unique_ptr<data_copy::Collection>> collections_of(
    storage::sqlite::AsyncDatabase& database, const PersonSealer& sealer);

}  // namespace gatehouse::auth
