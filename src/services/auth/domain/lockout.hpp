// How long an account stays shut after wrong passwords: pure rules, time is passed in.
//
// The fifth failure in a row shuts the account for a second, each further one for twice as long, up to 15
// minutes. Attempts while it is shut are refused without being counted, so a stranger cannot keep an account
// shut longer than the rule says. A success opens it at once.
#pragma once

#include <chrono>

#include "core/clock.hpp"

namespace gatehouse::auth {

struct LockoutLimits {
  int failures_free = 4;  // the next one locks
  std::chrono::seconds first_wait{1};
  std::chrono::seconds longest_wait{std::chrono::minutes{15}};
  std::chrono::seconds forget_after{std::chrono::hours{12}};  // without a failure, the count starts again
};

struct FailureRecord {
  int failures = 0;
  core::SystemTime last_failure{};
  core::SystemTime locked_until{};

  friend bool operator==(const FailureRecord&, const FailureRecord&) = default;
};

class Lockout {
 public:
  explicit Lockout(LockoutLimits limits = {}) : limits_(limits) {}

  [[nodiscard]] static bool is_locked(const FailureRecord& record, core::SystemTime now) {
    return now < record.locked_until;
  }
  // The record after one more wrong password. While locked, nothing is counted.
  [[nodiscard]] FailureRecord after_failure(const FailureRecord&, core::SystemTime now) const;

 private:
  [[nodiscard]] std::chrono::seconds wait_after(int failures) const;

  LockoutLimits limits_;
};

}  // namespace gatehouse::auth
