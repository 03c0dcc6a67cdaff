// Whether a request came the way its route asks for: TLS where only TLS is allowed, gRPC where gRPC is
// spoken.
#pragma once

#include "gateway/exchange.hpp"

namespace gatehouse::gateway {

// A reply of its own (426, a redirect, 415), or none: the request goes on.
[[nodiscard]] Result<Verdict> check_protocol(const Exchange& exchange);

}  // namespace gatehouse::gateway
