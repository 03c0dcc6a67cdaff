#include "resilience/call_window.hpp"

namespace gatehouse::resilience {

void CallWindow::add(core::SteadyTime now, CallCounts counts) {
  const std::int64_t number = number_at(now);
  Bucket& bucket = buckets_[static_cast<std::size_t>(number % kBuckets)];
  if (bucket.number != number) bucket = {number, {}};
  bucket.counts.calls += counts.calls;
  bucket.counts.failures += counts.failures;
  bucket.counts.slow += counts.slow;
}

CallCounts CallWindow::total(core::SteadyTime now) const {
  const std::int64_t number = number_at(now);
  CallCounts total;
  for (const Bucket& bucket : buckets_) {
    if (bucket.number <= number - kBuckets || bucket.number > number) continue;
    total.calls += bucket.counts.calls;
    total.failures += bucket.counts.failures;
    total.slow += bucket.counts.slow;
  }
  return total;
}

}  // namespace gatehouse::resilience
