#include "gateway/rate_windows.hpp"

#include <gtest/gtest.h>

#include "gateway/local_counters.hpp"

namespace gatehouse::gateway {
namespace {

using namespace std::chrono_literals;

// 2026-11-23 14:41:39 UTC
const core::SystemTime kNow = core::from_unix_seconds(1'795'444'899);

TEST(WindowStarts, AreCalendarWindowsInUtc) {
  const RateLimits all{1, 1, 1, 1, 1, 1};
  const auto starts = window_starts(all, kNow);
  const std::chrono::sys_days day = std::chrono::year{2026} / 11 / 23;
  EXPECT_EQ(starts[0], 1'795'444'899);
  EXPECT_EQ(starts[1], 1'795'444'860);
  EXPECT_EQ(starts[2], core::unix_seconds(core::SystemTime(day)) + 14 * 3600);
  EXPECT_EQ(starts[3], core::unix_seconds(core::SystemTime(day)));
  EXPECT_EQ(starts[4],
            core::unix_seconds(core::SystemTime(std::chrono::sys_days{std::chrono::year{2026} / 11 / 1})));
  EXPECT_EQ(starts[5],
            core::unix_seconds(core::SystemTime(std::chrono::sys_days{std::chrono::year{2026} / 1 / 1})));
}

struct RateCase {
  RateLimits limits;
  RateCounts used;
  bool is_allowed;
  std::size_t tightest;
  std::uint64_t remaining;
  std::int64_t reset;
};

TEST(JudgeRate, AllowsWhileEveryWindowHasRoomAndReportsTheTightest) {
  for (const auto& [limits, used, is_allowed, tightest, remaining, reset] : {
           RateCase{{5}, {0}, true, 0, 4, 1},
           RateCase{{5}, {4}, true, 0, 0, 1},
           RateCase{{5}, {5}, false, 0, 0, 1},
           RateCase{{5}, {9}, false, 0, 0, 1},
           RateCase{{5, 0, 1000}, {2, 0, 2}, true, 0, 2, 1},
           RateCase{{5, 0, 1000}, {0, 0, 1000}, false, 2, 0, 3600 - 2499},
           RateCase{{5, 0, 1000}, {0, 0, 999}, true, 2, 0, 3600 - 2499},
           RateCase{{10, 10}, {3, 3}, true, 1, 6, 21},  // of equals the longer window
           RateCase{{0, 7}, {0, 7}, false, 1, 0, 21},
       }) {
    const auto verdict = judge_rate(limits, used, window_starts(limits, kNow), kNow);
    EXPECT_EQ(verdict.is_allowed, is_allowed);
    EXPECT_EQ(verdict.tightest, tightest);
    EXPECT_EQ(verdict.remaining[verdict.tightest], remaining);
    EXPECT_EQ(verdict.reset_seconds, reset);
  }
}

TEST(WindowCounts, BeginAnewWithEveryWindowAndCountOnlyWhatPassed) {
  WindowCounts counts;
  const RateLimits limits{2, 3};
  auto now = kNow;
  const auto take = [&] { return counts.take(limits, window_starts(limits, now), now).is_allowed; };
  EXPECT_TRUE(take());
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());  // the second is used up; the minute has one left
  now += 1s;
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());  // now the minute is
  now += 20s;
  EXPECT_TRUE(take());  // 14:42:00
}

TEST(LocalCounters, LetsExactlyTheLimitPassInEveryWindow) {
  LocalCounters counters;
  const RateLimits limits{0, 100};
  for (int minute = 0; minute < 5; ++minute) {
    int passed = 0;
    for (int i = 0; i < 250; ++i) {
      const auto now = kNow + minute * 60s + (i % 20) * 1s;
      passed += counters.take("client", limits, now).is_allowed ? 1 : 0;
    }
    EXPECT_EQ(passed, 100) << "minute " << minute;
  }
}

TEST(LocalCounters, CountsClientsApartAndFromManyThreadsExactly) {
  LocalCounters counters;
  const RateLimits limits{0, 0, 1000};
  std::atomic<int> passed{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) passed += counters.take("one", limits, kNow).is_allowed ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(passed, 1000);
  EXPECT_TRUE(counters.take("two", limits, kNow).is_allowed);
}

TEST(LocalCounters, ForgetsClientsBeyondItsBoundWhoseWindowsEndFirst) {
  LocalCounters counters({.clients_max = 640});
  const RateLimits seconds{1};
  const RateLimits years{0, 0, 0, 0, 0, 1};
  EXPECT_TRUE(counters.take("kept", years, kNow).is_allowed);
  for (int i = 0; i < 20'000; ++i) (void)counters.take(fmt::format("client-{}", i), seconds, kNow + i * 1ms);
  EXPECT_LE(counters.size(), 700U);
  EXPECT_FALSE(counters.take("kept", years, kNow + 30s).is_allowed);
}

}  // namespace
}  // namespace gatehouse::gateway
