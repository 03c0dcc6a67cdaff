// The rule of fixed-window rate limits: so many requests per calendar second, minute, hour, day, month or
// year (UTC). Pure: time is passed in, counts come from whoever keeps them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/clock.hpp"

namespace gatehouse::gateway {

inline constexpr std::size_t kPeriods = 6;
inline constexpr std::array<std::string_view, kPeriods> kPeriodNames{"second", "minute", "hour",
                                                                     "day",    "month",  "year"};
// How long a count is kept, and what RateLimit-Reset counts down from: a month is 30 days, a year 365.
inline constexpr std::array<std::int64_t, kPeriods> kPeriodSeconds{1,      60,        3600,
                                                                   86'400, 2'592'000, 31'536'000};

// 0: no limit for that period.
using RateLimits = std::array<std::uint64_t, kPeriods>;
using RateCounts = std::array<std::uint64_t, kPeriods>;
// Where the current windows began, in Unix seconds.
using WindowStarts = std::array<std::int64_t, kPeriods>;

// Only for periods that have a limit.
[[nodiscard]] WindowStarts window_starts(const RateLimits& limits, core::SystemTime now);

struct RateVerdict {
  bool is_allowed = true;
  RateCounts remaining{};          // after this request
  std::size_t tightest = 0;        // the period with the least left; of equals the longest
  std::int64_t reset_seconds = 0;  // until the tightest window ends
};

// May one more request pass, if `used` have passed in these windows? At least one limit must be set.
[[nodiscard]] RateVerdict judge_rate(const RateLimits& limits, const RateCounts& used,
                                     const WindowStarts& starts, core::SystemTime now);

// The counts of one client, kept with the windows they belong to.
struct WindowCounts {
  WindowStarts starts{};
  RateCounts used{};

  // Judges and, if allowed, counts: a refused request uses nothing up.
  RateVerdict take(const RateLimits& limits, const WindowStarts& now_starts, core::SystemTime now);
};

}  // namespace gatehouse::gateway
