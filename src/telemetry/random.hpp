// Cheap random numbers for trace ids and jitter: one xoshiro256** per thread, seeded from the kernel.
// Never for anything secret: its output can be predicted. Secrets come from core/ids or crypto/.
#pragma once

#include <cstdint>

namespace gatehouse::telemetry {

[[nodiscard]] std::uint64_t fast_random() noexcept;
// Uniform in [0, 1).
[[nodiscard]] double fast_random01() noexcept;

}  // namespace gatehouse::telemetry
