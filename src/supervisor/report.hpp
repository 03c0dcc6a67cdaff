// What `gatehouse up` tells people once the platform is ready.
#pragma once

#include <string>
#include <vector>

#include "supervisor/fleet.hpp"
#include "supervisor/platform.hpp"
#include "supervisor/prepare.hpp"

namespace gatehouse::supervisor {

// Role, URL, state, start time; then the CA certificate and, if they are new, the accounts.
[[nodiscard]] std::string ready_table(const Platform& platform, const Fleet& fleet,
                                      const std::vector<Account>& accounts);

}  // namespace gatehouse::supervisor
