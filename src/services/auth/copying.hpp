// The auth service's store for `gatehouse data copy`: opened without the role.
#pragma once

#include "data_copy/store.hpp"
#include "service/config.hpp"

namespace gatehouse::auth {

// Where the settings put the people. `invalid_field`, `unknown_field` with the path.
[[nodiscard]] Result<data_copy::Place> place_of_store(const service::Config& config);

// The people with their keys, wherever those lie. `around` outlives it. Errors: of the keys, of the engine; a
// source of another schema is refused.
[[nodiscard]] Awaitable<Result<data_copy::Store>> open_for_copy(const service::Config& config,
                                                                data_copy::Use use,
                                                                data_copy::Surroundings around);

}  // namespace gatehouse::auth
