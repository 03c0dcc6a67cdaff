// The cache in front of the people: in the worker's memory alone, or with a Redis behind it that all
// instances share and that tells them of one another's changes.
#pragma once

#include <memory>

#include "cache/memory_cache.hpp"
#include "cache/read_through.hpp"
#include "cache/redis_cache.hpp"
#include "cache/redis_invalidation.hpp"
#include "cache/two_level_cache.hpp"
#include "service/service.hpp"
#include "services/auth/settings.hpp"
#include "storage/redis.hpp"

namespace gatehouse::auth {

class PersonCache {
 public:
  // Without a Redis, `redis_password` is not looked at. The service stops the connection when it stops.
  PersonCache(service::Service& service, const PersonCacheSettings& settings, Secret redis_password);

  [[nodiscard]] cache::ReadThrough& read_through() { return *read_through_; }

 private:
  void join_redis(service::Service& service, const RedisSettings& settings, Secret password);

  cache::MemoryCache near_;
  cache::InvalidationHub hub_;
  std::unique_ptr<storage::redis::Client> redis_;
  std::unique_ptr<cache::Invalidation> invalidation_;
  std::unique_ptr<cache::RedisCache> far_;
  std::unique_ptr<cache::TwoLevelCache> both_;
  std::unique_ptr<cache::ReadThrough> read_through_;
};

}  // namespace gatehouse::auth
