#include "services/auth/domain/lockout.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const core::SystemTime kStart{seconds{1'800'000'000}};

// Fails `times` times, each as soon as the account is open again, and gives the last lock.
seconds lock_after(const Lockout& rule, int times) {
  FailureRecord record;
  core::SystemTime now = kStart;
  for (int i = 0; i < times; ++i) {
    now = std::max(now, record.locked_until);
    record = rule.after_failure(record, now);
  }
  return std::chrono::duration_cast<seconds>(std::max(record.locked_until, now) - now);
}

TEST(Lockout, waits_twice_as_long_after_each_failure_up_to_fifteen_minutes) {
  struct Row {
    int failures;
    seconds wait;
  };
  const Row rows[] = {{1, seconds{0}},   {4, seconds{0}},   {5, seconds{1}},    {6, seconds{2}},
                      {7, seconds{4}},   {10, seconds{32}}, {14, seconds{512}}, {15, minutes{15}},
                      {16, minutes{15}}, {100, minutes{15}}};
  for (const Row& row : rows) {
    EXPECT_EQ(lock_after(Lockout{}, row.failures), row.wait) << row.failures << " failures";
  }
}

TEST(Lockout, does_not_count_attempts_while_the_account_is_locked) {
  const FailureRecord locked{.failures = 5, .last_failure = kStart, .locked_until = kStart + seconds{1}};

  EXPECT_EQ(Lockout{}.after_failure(locked, kStart + std::chrono::milliseconds{999}), locked);
  EXPECT_EQ(Lockout{}.after_failure(locked, kStart + seconds{1}).failures, 6);
}

TEST(Lockout, is_over_exactly_when_its_time_has_come) {
  const FailureRecord locked{.failures = 5, .last_failure = kStart, .locked_until = kStart + seconds{1}};

  EXPECT_TRUE(Lockout::is_locked(locked, kStart));
  EXPECT_FALSE(Lockout::is_locked(locked, kStart + seconds{1}));
  EXPECT_FALSE(Lockout::is_locked(FailureRecord{}, kStart));
}

TEST(Lockout, forgets_old_failures) {
  const FailureRecord old{.failures = 9, .last_failure = kStart, .locked_until = kStart + seconds{16}};

  EXPECT_EQ(Lockout{}.after_failure(old, kStart + hours{12}).failures, 1);
  EXPECT_EQ(Lockout{}.after_failure(old, kStart + hours{12} - seconds{1}).failures, 10);
}

}  // namespace
}  // namespace gatehouse::auth
