// The registry role: one machine's service discovery, in memory, with Consul's HTTP API.
#pragma once

#include "service/config.hpp"

namespace gatehouse::registry {

// Serves until it is told to stop; the exit code. Throws service::StartError.
int run(const service::Config& config);

}  // namespace gatehouse::registry
