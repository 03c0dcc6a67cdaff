#include "telemetry/spans.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <mutex>

namespace gatehouse::telemetry::spans {

namespace detail {
std::atomic<bool> is_on{false};
}

namespace {

std::atomic<std::uint64_t> chosen_below{UINT64_MAX};
std::atomic<std::int64_t> slow_nanoseconds{INT64_MAX};

struct Buffer {
  std::mutex mutex;
  std::deque<Span> spans;
  std::size_t size_max = 0;
  std::uint64_t dropped = 0;
};

Buffer& buffer() {
  static Buffer only;
  return only;
}

std::uint64_t threshold_of(double ratio) {
  if (ratio >= 1) return UINT64_MAX;
  return static_cast<std::uint64_t>(std::ldexp(std::max(ratio, 0.0), 64));
}

}  // namespace

void configure(std::optional<Settings> settings) {
  Buffer& all = buffer();
  const std::scoped_lock lock(all.mutex);
  all.spans.clear();
  all.dropped = 0;
  all.size_max = settings ? settings->buffered_max : 0;
  chosen_below = settings ? threshold_of(settings->ratio) : UINT64_MAX;
  slow_nanoseconds = settings ? std::chrono::nanoseconds{settings->slow}.count() : INT64_MAX;
  detail::is_on = settings.has_value();
}

// The last eight bytes: those that W3C's level 2 wants to be random, and that others sample by as well.
bool chooses(const std::array<std::uint8_t, 16>& trace_id) noexcept {
  std::uint64_t low = 0;
  for (std::size_t i = 8; i < trace_id.size(); ++i) low = low << 8U | trace_id[i];
  const std::uint64_t below = chosen_below.load(std::memory_order_relaxed);
  return below == UINT64_MAX || low < below;
}

bool wants(const TraceContext& trace, bool has_failed, std::chrono::nanoseconds took) noexcept {
  if (!are_on()) return false;
  return trace.is_sampled() || has_failed || took.count() >= slow_nanoseconds.load(std::memory_order_relaxed);
}

void keep(Span span) {
  Buffer& all = buffer();
  const std::scoped_lock lock(all.mutex);
  if (all.spans.size() >= all.size_max) {
    ++all.dropped;
    return;
  }
  all.spans.push_back(std::move(span));
}

std::vector<Span> take(std::size_t count_max) {
  Buffer& all = buffer();
  const std::scoped_lock lock(all.mutex);
  const auto count = static_cast<std::ptrdiff_t>(std::min(count_max, all.spans.size()));
  std::vector<Span> taken(std::make_move_iterator(all.spans.begin()),
                          std::make_move_iterator(all.spans.begin() + count));
  all.spans.erase(all.spans.begin(), all.spans.begin() + count);
  return taken;
}

std::size_t waiting() {
  Buffer& all = buffer();
  const std::scoped_lock lock(all.mutex);
  return all.spans.size();
}

std::uint64_t dropped() {
  Buffer& all = buffer();
  const std::scoped_lock lock(all.mutex);
  return all.dropped;
}

}  // namespace gatehouse::telemetry::spans
