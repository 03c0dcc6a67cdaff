// A cache in Redis, shared by all processes. Versions are compared by scripts inside Redis, so that no two
// writers can pass one another. Behind a circuit breaker: when Redis is ill, readers go to their store at
// once; an erase is tried all the same, and one that failed is made up for before the next call. What is
// personal must be encrypted before it comes here.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "cache/cache.hpp"
#include "core/clock.hpp"
#include "resilience/circuit_breaker.hpp"
#include "storage/redis/redis.hpp"

namespace gatehouse::cache {

struct RedisCacheLimits {
  std::string prefix = "gatehouse:";  // of every key
  Millis time_max{100};               // per call: a slow cache is worse than none
  resilience::CircuitBreakerLimits breaker{.slow_call = Millis{80}};
  std::size_t owed_max = 10'000;  // erases to make up for; what is beyond is wrong for its time to live
};

class RedisCache final : public Cache {
 public:
  RedisCache(storage::redis::Redis& redis, const core::Clock& clock, RedisCacheLimits limits = {});

  Awaitable<Result<std::optional<Entry>>> get(std::string key) override;
  Awaitable<Result<bool>> put(std::string key, Entry entry) override;
  Awaitable<Result<void>> erase(std::string key, std::int64_t version) override;

 private:
  using Arguments = std::vector<std::string>;
  [[nodiscard]] Awaitable<Result<storage::redis::Reply>> call_if_well(std::string_view script,
                                                                      std::string key, Arguments arguments);
  [[nodiscard]] Awaitable<Result<storage::redis::Reply>> call(std::string_view script, std::string key,
                                                              Arguments arguments);

  void owe(const std::string& key, std::int64_t version);
  [[nodiscard]] Awaitable<> pay();

  storage::redis::Redis& redis_;
  const core::Clock& clock_;
  const RedisCacheLimits limits_;
  resilience::CircuitBreaker breaker_;
  std::unordered_map<std::string, std::int64_t> owed_;  // erases that did not get there
};

}  // namespace gatehouse::cache
