// The provider-sim role: a payment provider to test against. It keeps its own books, honours idempotency keys
// as Stripe does, and misbehaves on request: declines, delays, failures before and after the effect, lost
// answers.
#pragma once

#include "service/config.hpp"

namespace gatehouse::provider_sim {

// Until SIGTERM; the exit code. Throws service::StartError with one clear line.
int run(const service::Config& config);

}  // namespace gatehouse::provider_sim
