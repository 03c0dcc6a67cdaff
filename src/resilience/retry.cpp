#include "resilience/retry.hpp"

#include <algorithm>

namespace gatehouse::resilience {

Millis RetryPolicy::delay(int retry, double random01) const {
  Millis ceiling = std::min(base, cap);
  for (int doubled = 1; doubled < retry && ceiling < cap; ++doubled) ceiling = std::min(ceiling * 2, cap);
  return std::chrono::floor<Millis>(ceiling * random01);
}

std::optional<Millis> RetryPolicy::next(int attempts_made, double random01, Millis remaining,
                                        std::optional<Millis> retry_after) const {
  if (attempts_made >= attempts_max) return std::nullopt;
  const Millis wait = std::max(delay(attempts_made, random01), retry_after.value_or(Millis::zero()));
  if (wait >= remaining) return std::nullopt;
  return wait;
}

bool may_retry(const Error& error, Repeatable repeatable) {
  if (error.kind == ErrorKind::cancelled || error.origin == Origin::client) return false;
  if (error.safe_to_retry) return true;
  if (repeatable == Repeatable::no) return false;
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::timeout ||
         error.kind == ErrorKind::bad_upstream;
}

void RetryBudget::note_success() {
  tokens_ = std::min(tokens_ + limits_.per_success, limits_.tokens_max);
}
void RetryBudget::note_failure() {
  tokens_ = std::max(tokens_ - 1, 0.0);
}

}  // namespace gatehouse::resilience
