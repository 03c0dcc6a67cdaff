// What a process takes of the machine, as /proc tells it.
#pragma once

#include <cstdint>

namespace gatehouse::supervisor {

// Zeros if it is gone. A page that several processes share counts for each by its part (Pss), so that the sum
// over the roles is what the platform takes.
struct ProcessUsage {
  std::uint64_t memory = 0;  // bytes
  double cpu_seconds = 0;
};

[[nodiscard]] ProcessUsage usage_of(std::int64_t pid);

}  // namespace gatehouse::supervisor
