// The payments role: takes, captures, cancels and refunds payments through a third-party provider, and
// finishes what was interrupted.
#pragma once

#include "service/config.hpp"

namespace gatehouse::payments {

// Until SIGTERM; the exit code. Throws service::StartError with one clear line.
int run(const service::Config& config);

}  // namespace gatehouse::payments
