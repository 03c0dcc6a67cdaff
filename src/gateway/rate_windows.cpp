// Implements the fixed windows.
#include "gateway/rate_windows.hpp"

#include <algorithm>

namespace gatehouse::gateway {
namespace {

constexpr std::size_t kMonth = 4;

std::int64_t start_of(std::size_t period, std::int64_t seconds) {
  if (period < kMonth) return seconds - seconds % kPeriodSeconds[period];
  const std::chrono::sys_seconds at{std::chrono::seconds{seconds}};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(at)};
  const auto first = date.year() / (period == kMonth ? date.month() : std::chrono::January) / 1;
  return std::chrono::sys_seconds{std::chrono::sys_days{first}}.time_since_epoch().count();
}

}  // namespace

WindowStarts window_starts(const RateLimits& limits, core::SystemTime now) {
  WindowStarts starts{};
  const auto seconds = core::unix_seconds(now);
  for (std::size_t period = 0; period < kPeriods; ++period) {
    if (limits[period] != 0) starts[period] = start_of(period, seconds);
  }
  return starts;
}

RateVerdict judge_rate(const RateLimits& limits, const RateCounts& used, const WindowStarts& starts,
                       core::SystemTime now) {
  RateVerdict verdict;
  for (std::size_t period = 0; period < kPeriods; ++period) {
    if (limits[period] != 0 && used[period] >= limits[period]) verdict.is_allowed = false;
  }
  const std::uint64_t taken = verdict.is_allowed ? 1 : 0;
  bool is_first = true;
  for (std::size_t period = 0; period < kPeriods; ++period) {
    if (limits[period] == 0) continue;
    verdict.remaining[period] = limits[period] - std::min(limits[period], used[period] + taken);
    if (is_first || verdict.remaining[period] <= verdict.remaining[verdict.tightest])
      verdict.tightest = period;
    is_first = false;
  }
  const auto elapsed = core::unix_seconds(now) - starts[verdict.tightest];
  verdict.reset_seconds = std::max<std::int64_t>(1, kPeriodSeconds[verdict.tightest] - elapsed);
  return verdict;
}

RateVerdict WindowCounts::take(const RateLimits& limits, const WindowStarts& now_starts,
                               core::SystemTime now) {
  for (std::size_t period = 0; period < kPeriods; ++period) {
    if (starts[period] == now_starts[period]) continue;
    starts[period] = now_starts[period];
    used[period] = 0;
  }
  const auto verdict = judge_rate(limits, used, now_starts, now);
  if (!verdict.is_allowed) return verdict;
  for (std::size_t period = 0; period < kPeriods; ++period) {
    if (limits[period] != 0) ++used[period];
  }
  return verdict;
}

}  // namespace gatehouse::gateway
