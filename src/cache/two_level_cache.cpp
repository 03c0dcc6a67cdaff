#include "cache/two_level_cache.hpp"

#include <algorithm>

namespace gatehouse::cache {

TwoLevelCache::TwoLevelCache(MemoryCache& near, Cache& far, Invalidation& invalidation, TwoLevelLimits limits)
    : near_(near), far_(far), limits_(limits) {
  invalidation.subscribe([&near](const Change& change) {
    if (change.is_everything()) {
      near.clear();
    } else {
      near.drop(change.key, change.version);
    }
  });
}

bool TwoLevelCache::keep_near(const std::string& key, Entry entry) {
  entry.ttl = std::min(entry.ttl, limits_.near_ttl_max);
  return near_.keep(key, std::move(entry));
}

Awaitable<Result<std::optional<Entry>>> TwoLevelCache::get(std::string key) {
  if (auto found = near_.find(key)) co_return found;
  Result<std::optional<Entry>> found = co_await far_.get(key);
  // A change that was heard of meanwhile left its version behind: then keep() refuses what is older.
  if (found && *found) keep_near(key, **found);
  co_return found;
}

Awaitable<Result<bool>> TwoLevelCache::put(std::string key, Entry entry) {
  if (!keep_near(key, entry)) co_return false;
  const std::int64_t version = entry.version;
  const Result<bool> kept = co_await far_.put(key, std::move(entry));
  if (kept && !*kept) near_.drop(key, version + 1);  // elsewhere it has changed already
  co_return kept;
}

Awaitable<Result<void>> TwoLevelCache::erase(std::string key, std::int64_t version) {
  near_.drop(key, version);
  co_return co_await far_.erase(std::move(key), version);
}

}  // namespace gatehouse::cache
