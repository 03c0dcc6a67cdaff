// A small cache in the worker in front of a shared one: most reads cost no round trip. The near one learns of
// changes elsewhere by invalidation messages; as those may be lost, nothing lives in it for long.
#pragma once

#include "cache/invalidation.hpp"
#include "cache/memory_cache.hpp"

namespace gatehouse::cache {

struct TwoLevelLimits {
  Millis near_ttl_max{30'000};  // also how stale a read can be when a message was lost
};

class TwoLevelCache final : public Cache {
 public:
  // `near` hears of what `invalidation` tells; all three must outlive this.
  TwoLevelCache(MemoryCache& near, Cache& far, Invalidation& invalidation, TwoLevelLimits limits = {});

  // While the far one is not to be had, the near one goes on alone.
  Awaitable<Result<std::optional<Entry>>> get(std::string key) override;
  Awaitable<Result<bool>> put(std::string key, Entry entry) override;
  Awaitable<Result<void>> erase(std::string key, std::int64_t version) override;

 private:
  bool keep_near(const std::string& key, Entry entry);

  MemoryCache& near_;
  Cache& far_;
  const TwoLevelLimits limits_;
};

}  // namespace gatehouse::cache
