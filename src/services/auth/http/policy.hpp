// Who may do what with people, as data: the roles' permissions and the callers of each route.
#pragma once

#include "service/policy.hpp"

namespace gatehouse::auth {

[[nodiscard]] service::Policy policy();

}  // namespace gatehouse::auth
