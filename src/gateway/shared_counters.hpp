// Rate limit counts that several gateways share in Redis. One per worker.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/fields.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "gateway/rate_windows.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::gateway {

// Kong's "redis" record.
struct RedisServer {
  std::string host;
  std::uint16_t port = 6379;
  std::chrono::milliseconds timeout{2'000};
  std::string username;
  Secret password;
  int database = 0;
  bool ssl = false;
  bool ssl_verify = false;
  std::string server_name;

  static Result<RedisServer> from_json(const json::object& record);
  [[nodiscard]] std::string label() const;  // all but the password: for pools and logs
};

class SharedCounters {
 public:
  virtual ~SharedCounters() = default;

  // In one step: if every count is below its limit, one is added to each. Gives the counts before that.
  // `scope` is "<route id>:<service id>". `unavailable` if Redis cannot be reached or does not answer in
  // time.
  [[nodiscard]] virtual Awaitable<Result<RateCounts>> take(const RedisServer& server, std::string scope,
                                                           std::string client, RateLimits limits,
                                                           core::SystemTime now) = 0;
};

// Kong's key with a hash tag, so that all periods of one client lie in one slot of a cluster:
// ratelimit:{<route id>:<service id>:<client>}:<window start in ms>:<period>
[[nodiscard]] std::string rate_key(std::string_view scope, std::string_view client, std::int64_t window_start,
                                   std::size_t period);

}  // namespace gatehouse::gateway
