// Who may do what in the orders service.
#pragma once

#include "service/policy.hpp"

namespace gatehouse::orders {

[[nodiscard]] service::Policy policy();

}  // namespace gatehouse::orders
