// The gateway role: the public proxy, and the Admin API that configures it while it runs.
#pragma once

#include "service/config.hpp"

namespace gatehouse::gateway {

// Serves until SIGTERM; 0 after a clean drain. Throws service::StartError with one clear line.
int run(const service::Config& config);

}  // namespace gatehouse::gateway
