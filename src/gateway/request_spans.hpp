// The spans of a request: that it was served, and that the upstream was asked.
#pragma once

#include <chrono>

#include "gateway/exchange.hpp"

namespace gatehouse::gateway {

void keep_spans(const Exchange& exchange, std::chrono::nanoseconds took);

}  // namespace gatehouse::gateway
