#include "gateway/plugins/maintenance.hpp"

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

TEST(Maintenance, TurnsClientsAwayAndSaysWhenToComeBack) {
  PluginBench bench{PluginBench::with("maintenance", {{"retry_after", 600}, {"message", "Back at noon"}})};
  const auto answer = bench.send({});
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.headers.get("Retry-After"), "600");
  EXPECT_EQ(json::parse(answer.content).at("message").as_string(), "Back at noon");
  EXPECT_FALSE(answer.has_reached_upstream);
  EXPECT_EQ(bench.metrics.counter("gateway_maintenance_refused_total", "").value(), 1);
}

TEST(Maintenance, LetsThoseInWhoWorkOnIt) {
  PluginBench bench{PluginBench::with("maintenance", {{"allow", {"10.0.0.0/8"}}})};
  EXPECT_EQ(bench.send({.address = "10.1.2.3"}).status, 200U);
  EXPECT_EQ(bench.send({.address = "203.0.113.9"}).status, 503U);
}

TEST(MaintenanceConfig, RefusesAPauseOfNoTime) {
  EXPECT_FALSE(MaintenanceConfig::from_json({{"retry_after", 0}}));
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
