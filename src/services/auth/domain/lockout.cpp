#include "services/auth/domain/lockout.hpp"

#include <algorithm>

namespace gatehouse::auth {

FailureRecord Lockout::after_failure(const FailureRecord& record, core::SystemTime now) const {
  if (is_locked(record, now)) return record;
  const bool forgotten = now - record.last_failure >= limits_.forget_after;
  const int failures = forgotten ? 1 : record.failures + 1;
  return {.failures = failures, .last_failure = now, .locked_until = now + wait_after(failures)};
}

std::chrono::seconds Lockout::wait_after(int failures) const {
  if (failures <= limits_.failures_free) return std::chrono::seconds{0};
  std::chrono::seconds wait = limits_.first_wait;
  for (int more = failures - limits_.failures_free - 1; more > 0 && wait < limits_.longest_wait; --more)
    wait *= 2;
  return std::min(wait, limits_.longest_wait);
}

}  // namespace gatehouse::auth
