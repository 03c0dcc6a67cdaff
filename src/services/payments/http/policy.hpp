// Who may do what in this service.
#pragma once

#include "service/policy.hpp"

namespace gatehouse::payments {

[[nodiscard]] service::Policy policy();

}  // namespace gatehouse::payments
