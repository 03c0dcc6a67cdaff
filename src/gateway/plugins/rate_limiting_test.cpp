#include "gateway/plugins/rate_limiting.hpp"

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiting, RefusesTheSixthRequestInASecondWithKongsHeaders) {
  PluginBench bench{PluginBench::with("rate-limiting", {{"second", 5}, {"hour", 1000}})};
  for (int i = 4; i >= 0; --i) {
    const auto answer = bench.send({});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.headers.get("X-RateLimit-Remaining-Second"), std::to_string(i));
    EXPECT_EQ(answer.headers.get("RateLimit-Remaining"), std::to_string(i));
  }
  const auto refused = bench.send({});
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.headers.get("X-RateLimit-Limit-Second"), "5");
  EXPECT_EQ(refused.headers.get("X-RateLimit-Remaining-Second"), "0");
  EXPECT_EQ(refused.headers.get("X-RateLimit-Limit-Hour"), "1000");
  EXPECT_EQ(refused.headers.get("X-RateLimit-Remaining-Hour"), "995");
  EXPECT_EQ(refused.headers.get("RateLimit-Limit"), "5");
  EXPECT_EQ(refused.headers.get("RateLimit-Reset"), "1");
  EXPECT_EQ(refused.headers.get("Retry-After"), "1");
  EXPECT_EQ(json::parse(refused.content).at("message").as_string(), "API rate limit exceeded");
  EXPECT_TRUE(json::parse(refused.content).as_object().contains("request_id"));
  EXPECT_EQ(bench.metrics.counter("gateway_rate_limited_total", "").value(), 1);

  bench.clock.advance(1s);
  EXPECT_EQ(bench.send({}).status, 200U);
}

TEST(RateLimiting, CountsClientsApart) {
  PluginBench bench{PluginBench::with("rate-limiting", {{"minute", 1}})};
  EXPECT_EQ(bench.send({.address = "192.0.2.1"}).status, 200U);
  EXPECT_EQ(bench.send({.address = "192.0.2.2"}).status, 200U);
  EXPECT_EQ(bench.send({.address = "192.0.2.1"}).status, 429U);
}

TEST(RateLimiting, CountsByHeaderByPathAndByService) {
  PluginBench by_header{PluginBench::with(
      "rate-limiting", {{"minute", 1}, {"limit_by", "header"}, {"header_name", "X-Tenant"}})};
  EXPECT_EQ(by_header.send({.headers = {{"X-Tenant", "a"}}}).status, 200U);
  EXPECT_EQ(by_header.send({.headers = {{"X-Tenant", "b"}}}).status, 200U);
  EXPECT_EQ(by_header.send({.headers = {{"X-Tenant", "a"}}, .address = "192.0.2.7"}).status, 429U);

  PluginBench by_path{
      PluginBench::with("rate-limiting", {{"minute", 1}, {"limit_by", "path"}, {"path", "/login"}})};
  EXPECT_EQ(by_path.send({.target = "/login?x", .address = "192.0.2.1"}).status, 200U);
  EXPECT_EQ(by_path.send({.target = "/login", .address = "192.0.2.2"}).status, 429U);
  EXPECT_EQ(by_path.send({.target = "/other", .address = "192.0.2.2"}).status, 200U);

  PluginBench by_service{PluginBench::with("rate-limiting", {{"minute", 1}, {"limit_by", "service"}})};
  EXPECT_EQ(by_service.send({.address = "192.0.2.1"}).status, 200U);
  EXPECT_EQ(by_service.send({.address = "192.0.2.2"}).status, 429U);
}

TEST(RateLimiting, HidesItsHeadersAndAnswersAsTold) {
  PluginBench bench{PluginBench::with(
      "rate-limiting",
      {{"minute", 1}, {"hide_client_headers", true}, {"error_code", 503}, {"error_message", "slow down"}})};
  EXPECT_FALSE(bench.send({}).headers.contains("X-RateLimit-Limit-Minute"));
  const auto refused = bench.send({});
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(json::parse(refused.content).at("message").as_string(), "slow down");
}

TEST(RateLimiting, SharesCountsThroughRedis) {
  PluginBench bench{PluginBench::with("rate-limiting",
                                      {{"second", 2}, {"policy", "redis"}, {"redis", {{"host", "redis"}}}})};
  EXPECT_EQ(bench.send({}).headers.get("X-RateLimit-Remaining-Second"), "1");
  EXPECT_EQ(bench.send({}).headers.get("X-RateLimit-Remaining-Second"), "0");
  EXPECT_EQ(bench.send({}).status, 429U);
  bench.clock.advance(1s);
  EXPECT_EQ(bench.send({}).status, 200U);
}

TEST(RateLimiting, WithoutRedisLetsRequestsPassOrFailsAsFaultToleranceSays) {
  const auto config = [](bool fault_tolerant) -> json::object {
    return {{"second", 1},
            {"policy", "redis"},
            {"redis", {{"host", "redis"}}},
            {"fault_tolerant", fault_tolerant}};
  };
  PluginBench tolerant{PluginBench::with("rate-limiting", config(true))};
  tolerant.shared_counters.is_down = true;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(tolerant.send({}).status, 200U);
  EXPECT_EQ(tolerant.metrics.counter("gateway_rate_limit_unavailable_total", "").value(), 3);

  PluginBench strict{PluginBench::with("rate-limiting", config(false))};
  strict.shared_counters.is_down = true;
  const auto answer = strict.send({.headers = {{"Accept", "application/json"}}});
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(json::parse(answer.content).at("message").as_string(), "An unexpected error occurred");
}

TEST(RateLimitingSchema, RefusesLimitsThatShrinkAsThePeriodGrows) {
  EXPECT_THROW(PluginBench::with("rate-limiting", {{"second", 5}, {"hour", 1}}), std::logic_error);
  EXPECT_THROW(PluginBench::with("rate-limiting", json::object{}), std::logic_error);
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
