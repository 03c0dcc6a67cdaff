// Invalidation by Redis itself (CLIENT TRACKING, BCAST): every write to a key with our prefix, by anybody, is
// told on the connection that also answers our reads. A lost connection and a flush are told as "everything
// may have changed". Why BCAST: docs/decisions/0013-client-side-caching.md.
#pragma once

#include <string>

#include "cache/invalidation.hpp"
#include "storage/redis/redis.hpp"

namespace gatehouse::cache {

class RedisTracking final : public Invalidation {
 public:
  // Before redis.start(): each new connection asks for it. `prefix` is that of the RedisCache.
  RedisTracking(storage::redis::Redis& redis, std::string prefix);

  void subscribe(Listener listener) override;
  // Nothing to do: the write to the cache in Redis has told it.
  Awaitable<Result<void>> publish(std::string key, std::int64_t version) override;
  [[nodiscard]] bool is_listening() const override { return redis_.is_connected(); }

 private:
  storage::redis::Redis& redis_;
  std::shared_ptr<std::vector<Listener>> listeners_ = std::make_shared<std::vector<Listener>>();
};

}  // namespace gatehouse::cache
