// When a request must be over. Made once per request, passed down by value, sent on as a remaining duration.
#pragma once

#include <algorithm>
#include <chrono>

#include "core/clock.hpp"

namespace gatehouse::runtime {

class Deadline {
 public:
  using Duration = std::chrono::milliseconds;

  // Steady time, so that a jump of the wall clock neither kills nor revives a request.
  static Deadline after(Duration from_now) { return Deadline(std::chrono::steady_clock::now() + from_now); }
  static Deadline at(core::SteadyTime when) { return Deadline(when); }
  static Deadline never() { return Deadline(core::SteadyTime::max()); }

  [[nodiscard]] core::SteadyTime time() const { return at_; }
  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() >= at_; }
  // Never negative.
  [[nodiscard]] Duration remaining() const {
    if (at_ == core::SteadyTime::max()) return Duration::max();
    const auto left = std::chrono::duration_cast<Duration>(at_ - std::chrono::steady_clock::now());
    return std::max(left, Duration::zero());
  }
  // The earlier of this and `from_now`.
  [[nodiscard]] Deadline capped(Duration from_now) const {
    return Deadline(std::min(at_, std::chrono::steady_clock::now() + from_now));
  }

 private:
  explicit Deadline(core::SteadyTime when) : at_(when) {}
  core::SteadyTime at_;
};

}  // namespace gatehouse::runtime

namespace gatehouse {
using runtime::Deadline;
}  // namespace gatehouse
