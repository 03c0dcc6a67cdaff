// The orders role: orders, stock, and the saga that pays them.
#pragma once

#include "service/config.hpp"

namespace gatehouse::orders {

// Until SIGTERM; the process's exit code. Throws service::StartError with one clear line.
int run(const service::Config& config);

}  // namespace gatehouse::orders
