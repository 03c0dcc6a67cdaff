#include "cache/read_through.hpp"

#include <cmath>

#include "telemetry/random.hpp"

namespace gatehouse::cache {

bool should_refresh(Millis left, Millis load_took, double beta, double random01) {
  // 1 - random01 is in (0, 1]: the logarithm is finite.
  const double early = -beta * static_cast<double>(load_took.count()) * std::log(1 - random01);
  return early >= static_cast<double>(left.count());
}

namespace {

Counter& requests(Metrics& metrics, const std::string& name, const char* result) {
  return metrics.counter("cache_requests_total", "Look-ups in a cache by their result",
                         {{"cache", name}, {"result", result}});
}

}  // namespace

ReadThrough::ReadThrough(std::string name, Cache& cache, Invalidation& invalidation, const core::Clock& clock,
                         Metrics& metrics, ReadThroughLimits limits)
    : ReadThrough(std::move(name), cache, invalidation, clock, metrics, limits, telemetry::fast_random01) {}

ReadThrough::ReadThrough(std::string name, Cache& cache, Invalidation& invalidation, const core::Clock& clock,
                         Metrics& metrics, ReadThroughLimits limits, Random01 random)
    : cache_(cache),
      invalidation_(invalidation),
      clock_(clock),
      limits_(limits),
      random_(std::move(random)),
      loads_({.calls_max = limits.loads_max}),
      hits_(requests(metrics, name, "hit")),
      misses_(requests(metrics, name, "miss")),
      refreshes_(requests(metrics, name, "refresh")),
      errors_(requests(metrics, name, "error")) {}

Awaitable<ReadThrough::Verdict> ReadThrough::look_up(std::string key, Loaded& found) {
  Result<std::optional<Entry>> entry = co_await cache_.get(key);
  if (!entry) errors_.add();
  if (entry && !*entry) misses_.add();
  if (!entry || !*entry) co_return Verdict::load;
  found = {std::move((*entry)->value), (*entry)->version};
  const bool due = should_refresh((*entry)->ttl, (*entry)->load_took, limits_.early_refresh, random_());
  // One refreshes; the others do not wait for it.
  if (due && !flights_.is_in_flight(key)) {
    refreshes_.add();
    co_return Verdict::refresh;
  }
  hits_.add();
  co_return Verdict::use;
}

Millis ReadThrough::jittered(Millis ttl) {
  const double factor = 1 + limits_.ttl_jitter * (2 * random_() - 1);
  return std::chrono::ceil<Millis>(ttl * factor);
}

Awaitable<> ReadThrough::keep(std::string key, Loaded loaded, Millis ttl, Millis took) {
  const Millis life = jittered(loaded.value ? ttl : limits_.negative_ttl);
  Entry entry{.value = std::move(loaded.value), .version = loaded.version, .ttl = life, .load_took = took};
  const Result<bool> kept = co_await cache_.put(std::move(key), std::move(entry));
  if (!kept) errors_.add();
}

Awaitable<Result<void>> ReadThrough::changed(std::string key, std::int64_t version) {
  const Result<void> erased = co_await cache_.erase(key, version);
  const Result<void> told = co_await invalidation_.publish(std::move(key), version);
  if (!erased) co_return erased;
  co_return told;
}

}  // namespace gatehouse::cache
