// Limits how many requests a client may make per calendar second, minute, hour, day, month and year (UTC).
//
//   {"name": "rate-limiting", "config": {"second": 5, "hour": 1000, "policy": "redis",
//                                        "redis": {"host": "redis"}}}
//
// Whom it counts (limit_by): the consumer or the subject of a platform token, else the credential, else the
// address; or the service, a header's value, a path. Where it counts (policy): "local" and "cluster" in this
// process, exactly, over all its workers (a cluster of gateways shares counts through Redis only); "redis" in
// one atomic step per request. A refused request uses nothing up. Without Redis, fault_tolerant lets requests
// pass; otherwise they get 500.
#pragma once

#include <memory>
#include <string>

#include "gateway/plugin.hpp"
#include "gateway/rate_windows.hpp"
#include "gateway/shared_counters.hpp"

namespace gatehouse::gateway::plugins {

enum class LimitBy : std::uint8_t { consumer, credential, ip, service, header, path };
enum class CountsKept : std::uint8_t { locally, in_redis };

struct RateLimitingConfig {
  RateLimits limits{};  // at least one
  LimitBy limit_by = LimitBy::consumer;
  std::string header_name;  // of LimitBy::header
  std::string path;         // of LimitBy::path
  CountsKept kept = CountsKept::locally;
  RedisServer redis{};
  bool fault_tolerant = true;
  bool hide_client_headers = false;
  unsigned error_code = 429;
  std::string error_message = "API rate limit exceeded";

  static Result<RateLimitingConfig> from_json(const json::object& config);
};

[[nodiscard]] PluginType rate_limiting_type();
[[nodiscard]] std::unique_ptr<Plugin> make_rate_limiting(std::shared_ptr<const RateLimitingConfig> config,
                                                         const PluginScope& scope,
                                                         const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
