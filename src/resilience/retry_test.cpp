#include "resilience/retry.hpp"

#include <random>

#include <gtest/gtest.h>

namespace gatehouse::resilience {
namespace {

TEST(RetryPolicy, TheWaitIsFullJitterUnderADoublingCeiling) {
  const RetryPolicy policy;
  struct Row {
    int retry;
    double random01;
    int millis;
  };
  for (const Row row : {Row{1, 0, 0}, Row{1, 0.5, 25}, Row{1, 0.99, 49}, Row{2, 0.5, 50}, Row{3, 0.5, 100},
                        Row{6, 0.5, 800}, Row{7, 0.5, 1000}, Row{8, 0.5, 1000}, Row{100, 0.5, 1000}}) {
    EXPECT_EQ(policy.delay(row.retry, row.random01), Millis{row.millis}) << row.retry << " " << row.random01;
  }
  EXPECT_EQ(kThirdPartyRetries.delay(9, 0.5), Millis{2'500});
}

TEST(RetryPolicy, EndsWithTheAttemptsOrTheTime) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.next(1, 0.5, Millis{1000}), Millis{25});
  EXPECT_EQ(policy.next(2, 0.5, Millis{1000}), Millis{50});
  EXPECT_EQ(policy.next(3, 0.5, Millis{1000}), std::nullopt);
  EXPECT_EQ(policy.next(1, 0.5, Millis{25}), std::nullopt);
  EXPECT_EQ(policy.next(1, 0.5, Millis{1000}, Millis{700}), Millis{700});
  EXPECT_EQ(policy.next(1, 0.5, Millis{700}, Millis{700}), std::nullopt);
}

TEST(RetryPolicy, NoWaitExceedsTheCapForAnySeed) {
  std::mt19937_64 random(20261123);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int i = 0; i < 10'000; ++i) {
    const RetryPolicy policy{.base = Millis{random() % 1000}, .cap = Millis{random() % 5000}};
    const Millis wait = policy.delay(static_cast<int>(random() % 80), uniform(random));
    ASSERT_GE(wait, Millis{0});
    ASSERT_LE(wait, policy.cap);
  }
}

TEST(MayRetry, OnlyWhatMayPassAndCannotHappenTwice) {
  const Error timeout(ErrorKind::timeout, "io_timeout");
  Error refused(ErrorKind::unavailable, "connect_failed");
  refused.safe_to_retry = true;
  Error cancelled(ErrorKind::cancelled, "stopped");
  cancelled.safe_to_retry = true;
  EXPECT_TRUE(may_retry(timeout, Repeatable::yes));
  EXPECT_FALSE(may_retry(timeout, Repeatable::no));
  EXPECT_TRUE(may_retry(refused, Repeatable::no));
  EXPECT_FALSE(may_retry(cancelled, Repeatable::yes));
  for (const ErrorKind kind :
       {ErrorKind::invalid, ErrorKind::declined, ErrorKind::conflict, ErrorKind::internal}) {
    EXPECT_FALSE(may_retry(Error(kind, "x"), Repeatable::yes)) << core::name_of(kind);
  }
}

TEST(RetryBudget, StopsRetriesInAnOutageAndComesBackSlowly) {
  RetryBudget budget;
  for (int i = 0; i < 49; ++i) budget.note_failure();
  EXPECT_TRUE(budget.allows_retry());
  budget.note_failure();
  EXPECT_FALSE(budget.allows_retry());
  for (int i = 0; i < 1000; ++i) budget.note_failure();
  EXPECT_EQ(budget.tokens(), 0);
  for (int i = 0; i < 490; ++i) budget.note_success();
  EXPECT_FALSE(budget.allows_retry());
  for (int i = 0; i < 20; ++i) budget.note_success();
  EXPECT_TRUE(budget.allows_retry());
  for (int i = 0; i < 10'000; ++i) budget.note_success();
  EXPECT_EQ(budget.tokens(), 100);
}

}  // namespace
}  // namespace gatehouse::resilience
