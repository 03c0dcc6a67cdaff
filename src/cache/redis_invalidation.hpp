// Invalidation between processes over Redis pub/sub. A lost connection is told as "everything may have
// changed".
#pragma once

#include <string>

#include "cache/invalidation.hpp"
#include "storage/redis.hpp"

namespace gatehouse::cache {

class RedisInvalidation final : public Invalidation {
 public:
  // Before client.start(): the channel is subscribed on every new connection.
  explicit RedisInvalidation(storage::redis::Client& client, std::string channel = "gatehouse:changes");

  void subscribe(Listener listener) override;
  Awaitable<Result<void>> publish(std::string key, std::int64_t version) override;

 private:
  storage::redis::Client& client_;
  const std::string channel_;
  std::shared_ptr<std::vector<Listener>> listeners_ = std::make_shared<std::vector<Listener>>();
};

}  // namespace gatehouse::cache
