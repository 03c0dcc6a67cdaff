// A cache in Redis, shared by all processes. Versions are compared by scripts inside Redis, so that no two
// writers can pass one another. Behind a circuit breaker: when Redis is ill, callers go to their store at
// once. What is personal must be encrypted before it comes here.
#pragma once

#include <string>

#include "cache/cache.hpp"
#include "core/clock.hpp"
#include "resilience/circuit_breaker.hpp"
#include "storage/redis.hpp"

namespace gatehouse::cache {

struct RedisCacheLimits {
  std::string prefix = "gatehouse:";  // of every key
  Millis time_max{100};               // per call: a slow cache is worse than none
  resilience::CircuitBreakerLimits breaker{.slow_call = Millis{80}};
};

class RedisCache final : public Cache {
 public:
  RedisCache(storage::redis::Client& client, const core::Clock& clock, RedisCacheLimits limits = {});

  Awaitable<Result<std::optional<Entry>>> get(std::string key) override;
  Awaitable<Result<bool>> put(std::string key, Entry entry) override;
  Awaitable<Result<void>> erase(std::string key, std::int64_t version) override;

 private:
  [[nodiscard]] Awaitable<Result<storage::redis::Reply>> call(std::string_view script, std::string key,
                                                              std::vector<std::string> arguments);

  storage::redis::Client& client_;
  const core::Clock& clock_;
  const RedisCacheLimits limits_;
  resilience::CircuitBreaker breaker_;
};

}  // namespace gatehouse::cache
