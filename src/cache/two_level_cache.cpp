#include "cache/two_level_cache.hpp"

#include <algorithm>

namespace gatehouse::cache {

// An answer of the far cache and word of a change to the same key may come together, and the one who waits
// for the answer is woken last: it must not copy what is outdated already.
class TwoLevelCache::Reading {
 public:
  Reading(Readings& all, std::string key) : all_(all), place_(all.emplace(std::move(key), this)) {}
  ~Reading() { all_.erase(place_); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  void spoil() { is_outdated_ = true; }
  [[nodiscard]] bool is_outdated() const { return is_outdated_; }

 private:
  Readings& all_;
  Readings::iterator place_;
  bool is_outdated_ = false;
};

TwoLevelCache::TwoLevelCache(MemoryCache& near, Cache& far, Invalidation& invalidation, TwoLevelLimits limits)
    : near_(near), far_(far), invalidation_(invalidation), limits_(limits) {
  invalidation.subscribe([&near, mine = std::weak_ptr(readings_)](const Change& change) {
    const auto readings = mine.lock();
    if (!readings) return;  // this cache is gone
    if (change.is_everything()) {
      near.forget_all();
      for (auto& [key, reading] : *readings) reading->spoil();
      return;
    }
    if (change.version) near.drop(change.key, *change.version);
    if (!change.version) near.forget(change.key);
    const auto [first, last] = readings->equal_range(change.key);
    for (auto each = first; each != last; ++each) each->second->spoil();
  });
}

Awaitable<Result<std::optional<Entry>>> TwoLevelCache::get(std::string key) {
  if (invalidation_.is_listening()) {
    if (auto copy = near_.find(key)) co_return copy;
  }
  const auto readings = readings_;
  const Reading reading(*readings, key);
  Result<std::optional<Entry>> found = co_await far_.get(key);
  if (!found || !*found) co_return found;
  const auto known = near_.version_of(key);
  if (known && *known > (*found)->version) co_return std::optional<Entry>{};  // our erase did not get there
  if (!reading.is_outdated() && invalidation_.is_listening()) {
    Entry copy = **found;
    copy.ttl = std::min(copy.ttl, limits_.near_ttl_max);
    near_.keep(key, std::move(copy));
  }
  co_return found;
}

// Not copied here: Redis tells us of our own write as well, and the first read brings the copy.
Awaitable<Result<bool>> TwoLevelCache::put(std::string key, Entry entry) {
  const std::int64_t version = entry.version;
  if (const auto known = near_.version_of(key); known && *known > version) co_return false;
  const Result<bool> kept = co_await far_.put(key, std::move(entry));
  if (kept && *kept) near_.forget(key);
  if (kept && !*kept) near_.drop(key, version + 1);  // elsewhere it has changed already
  co_return kept;
}

Awaitable<Result<void>> TwoLevelCache::erase(std::string key, std::int64_t version) {
  near_.drop(key, version);
  co_return co_await far_.erase(std::move(key), version);
}

}  // namespace gatehouse::cache
