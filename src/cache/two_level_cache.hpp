// A small cache in the worker in front of a shared one: most reads cost no round trip. The near one holds
// copies of what was read from the far one, and only while changes to it are heard: a copy goes with the
// first word of a change, and all go when word may have been missed. Nothing lives in it for long even so.
#pragma once

#include <string>
#include <unordered_map>

#include "cache/invalidation.hpp"
#include "cache/memory_cache.hpp"

namespace gatehouse::cache {

struct TwoLevelLimits {
  Millis near_ttl_max{30'000};
};

class TwoLevelCache final : public Cache {
 public:
  // All three must outlive this.
  TwoLevelCache(MemoryCache& near, Cache& far, Invalidation& invalidation, TwoLevelLimits limits = {});

  Awaitable<Result<std::optional<Entry>>> get(std::string key) override;
  Awaitable<Result<bool>> put(std::string key, Entry entry) override;
  Awaitable<Result<void>> erase(std::string key, std::int64_t version) override;

 private:
  class Reading;
  using Readings = std::unordered_multimap<std::string, Reading*>;

  MemoryCache& near_;
  Cache& far_;
  Invalidation& invalidation_;
  const TwoLevelLimits limits_;
  std::shared_ptr<Readings> readings_ = std::make_shared<Readings>();  // of the far one, on their way
};

}  // namespace gatehouse::cache
