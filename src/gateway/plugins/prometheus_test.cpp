#include "gateway/plugins/prometheus.hpp"

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

std::string exposed(PluginBench& bench) {
  const telemetry::Metrics* shard = &bench.metrics;
  return telemetry::render({&shard, 1});
}

TestConfiguration named_route(json::object config) {
  TestConfiguration configuration;
  const auto service = configuration.service("upstream.example", 80, {{"name", "shop"}});
  configuration.route(service, "/", {{"name", "everything"}});
  configuration.plugin("prometheus", std::move(config));
  return configuration;
}

TEST(Prometheus, CountsNothingUnlessSwitchedOn) {
  PluginBench bench{named_route({})};
  (void)bench.send({});
  EXPECT_EQ(exposed(bench).find("kong_http_requests_total"), std::string::npos);
}

TEST(Prometheus, CountsRequestsByServiceRouteAndCode) {
  PluginBench bench{named_route({{"status_code_metrics", true}})};
  for (int i = 0; i < 3; ++i) (void)bench.send({});
  EXPECT_NE(exposed(bench).find("kong_http_requests_total{code=\"200\",consumer=\"\",route=\"everything\","
                                "service=\"shop\",source=\"service\",workspace=\"default\"} 3"),
            std::string::npos)
      << exposed(bench);
}

TEST(Prometheus, ObservesLatenciesInMillisecondsAndBandwidthBothWays) {
  PluginBench bench{named_route({{"latency_metrics", true}, {"bandwidth_metrics", true}})};
  (void)bench.send({});
  const auto text = exposed(bench);
  EXPECT_NE(
      text.find("kong_request_latency_ms_sum{route=\"everything\",service=\"shop\",workspace=\"default\"} 3"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("kong_upstream_latency_ms_count"), std::string::npos);
  EXPECT_NE(text.find("direction=\"ingress\""), std::string::npos);
  EXPECT_NE(text.find("direction=\"egress\""), std::string::npos);
}

TEST(Prometheus, CountsWhatThePluginsBeforeItRefused) {
  auto configuration = named_route({{"status_code_metrics", true}});
  configuration.plugin("jwt", {});
  PluginBench bench{std::move(configuration)};
  EXPECT_EQ(bench.send({}).status, 401U);
  EXPECT_NE(
      exposed(bench).find("code=\"401\",consumer=\"\",route=\"everything\",service=\"shop\",source=\"kong\""),
      std::string::npos)
      << exposed(bench);
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
