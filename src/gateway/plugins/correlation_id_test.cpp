#include "gateway/plugins/correlation_id.hpp"

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

TEST(CorrelationId, GivesTheUpstreamAnIdAndCountsOn) {
  PluginBench bench{PluginBench::with("correlation-id", {})};
  const std::string first(bench.send({}).upstream.get("Kong-Request-ID"));
  const std::string second(bench.send({}).upstream.get("Kong-Request-ID"));
  EXPECT_TRUE(core::is_uuid(first.substr(0, first.find('#')))) << first;
  EXPECT_TRUE(first.ends_with("#1")) << first;
  EXPECT_TRUE(second.ends_with("#2")) << second;
}

TEST(CorrelationId, KeepsTheClientsIdAndEchoesItIfAsked) {
  PluginBench bench{PluginBench::with(
      "correlation-id", {{"header_name", "X-Id"}, {"generator", "uuid"}, {"echo_downstream", true}})};
  const auto kept = bench.send({.headers = {{"x-id", "mine"}}});
  EXPECT_EQ(kept.upstream.get("X-Id"), "mine");
  EXPECT_EQ(kept.headers.get("X-Id"), "mine");
  const auto made = bench.send({});
  EXPECT_TRUE(core::is_uuid(made.upstream.get("X-Id")));
  EXPECT_EQ(made.headers.get("X-Id"), made.upstream.get("X-Id"));
}

TEST(CorrelationId, DoesNotEchoByDefault) {
  PluginBench bench{PluginBench::with("correlation-id", {{"generator", "tracker"}})};
  const auto answer = bench.send({});
  EXPECT_FALSE(answer.headers.contains("Kong-Request-ID"));
  EXPECT_TRUE(answer.upstream.get("Kong-Request-ID").starts_with("203.0.113.9-8000-"));
}

TEST(CorrelationIdConfig, RefusesAHeaderNameThatIsNone) {
  EXPECT_FALSE(CorrelationIdConfig::from_json({{"header_name", "a b"}}));
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
