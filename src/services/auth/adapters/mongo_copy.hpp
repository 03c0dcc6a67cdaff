// The auth service's records in MongoDB as they are copied between engines: see copied_people.hpp.
#pragma once

#include "services/auth/adapters/copied_people.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::auth {

// Roles, trails, people and attempts. `client` outlives them; a page must fit its operation timeout.
[[nodiscard]] std::vector<std::unique_ptr<data_copy::Collection>> collections_of(
    storage::mongo::Client& client, const PersonSealer& sealer);

}  // namespace gatehouse::auth
