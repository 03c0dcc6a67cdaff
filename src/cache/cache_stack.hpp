// The caches that a service puts in front of its store: the worker's memory alone, or copies in memory of a
// Redis that all instances share, in step with it by RedisTracking. Redis may come and go: without it every
// read is a load from the store.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cache/memory_cache.hpp"
#include "cache/redis_cache.hpp"
#include "cache/redis_tracking.hpp"
#include "cache/two_level_cache.hpp"
#include "storage/redis/options.hpp"

namespace gatehouse::cache {

struct CacheStackSettings {
  std::size_t entries_max = 10'000;              // in memory
  std::optional<storage::redis::Options> redis;  // none: each instance by itself
  std::string prefix;                            // of the keys in Redis, one per service: "gatehouse:orders:"
  std::string client_name = "gatehouse";         // as CLIENT LIST shows it
};

class CacheStack {
 public:
  // Connects in the background. `unreadable_file` and the like for the TLS files of Redis.
  [[nodiscard]] static Result<std::unique_ptr<CacheStack>> open(runtime::Executor executor,
                                                                const core::Clock& clock,
                                                                CacheStackSettings settings);
  [[nodiscard]] Cache& cache();
  [[nodiscard]] Invalidation& invalidation() { return *invalidation_; }
  [[nodiscard]] storage::redis::Redis* redis() { return redis_.get(); }  // null: memory alone
  // At the end, on the worker.
  [[nodiscard]] Awaitable<> stop();

 private:
  CacheStack(runtime::Executor executor, const core::Clock& clock, std::size_t entries_max);

  MemoryCache near_;
  InvalidationHub hub_;
  std::unique_ptr<storage::redis::Redis> redis_;
  std::unique_ptr<Invalidation> invalidation_;
  std::unique_ptr<RedisCache> far_;
  std::unique_ptr<TwoLevelCache> both_;
};

}  // namespace gatehouse::cache
