// The access log: one ECS line per request, written into the log's buffer.
#pragma once

#include <chrono>
#include <cstdint>

namespace gatehouse::gateway {

struct Exchange;

enum class AccessLog : std::uint8_t { on, off };

void write_access_log(const Exchange& exchange, std::chrono::nanoseconds took);

}  // namespace gatehouse::gateway
