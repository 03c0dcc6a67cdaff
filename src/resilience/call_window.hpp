// Counts calls over the last so many seconds, in ten buckets that are reused in a circle.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace gatehouse::resilience {

struct CallCounts {
  std::uint32_t calls = 0;
  std::uint32_t failures = 0;
  std::uint32_t slow = 0;
};

class CallWindow {
 public:
  explicit CallWindow(std::chrono::milliseconds length) : bucket_length_(length / kBuckets) {}

  void add(core::SteadyTime now, CallCounts counts);
  [[nodiscard]] CallCounts total(core::SteadyTime now) const;
  void clear() { buckets_ = {}; }

 private:
  static constexpr std::int64_t kBuckets = 10;
  struct Bucket {
    std::int64_t number = -1;  // which stretch of time it holds
    CallCounts counts;
  };
  [[nodiscard]] std::int64_t number_at(core::SteadyTime now) const {
    return now.time_since_epoch() / bucket_length_;
  }

  std::chrono::milliseconds bucket_length_;
  std::array<Bucket, kBuckets> buckets_{};
};

}  // namespace gatehouse::resilience
