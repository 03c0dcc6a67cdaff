#include "gateway/plugins/ip_restriction.hpp"

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

TEST(IpRestriction, DeniesFirstAndThenAllowsOnlyWhatIsListed) {
  PluginBench bench{PluginBench::with("ip-restriction", {{"allow", {"10.0.0.0/8"}}, {"deny", {"10.1.2.3"}}})};
  EXPECT_EQ(bench.send({.address = "10.9.9.9"}).status, 200U);
  EXPECT_EQ(bench.send({.address = "10.1.2.3"}).status, 403U);
  EXPECT_EQ(bench.send({.address = "192.0.2.1"}).status, 403U);
}

TEST(IpRestriction, LetsAllOthersPassIfItOnlyDenies) {
  PluginBench bench{PluginBench::with("ip-restriction", {{"deny", {"192.0.2.0/24"}}})};
  EXPECT_EQ(bench.send({.address = "10.9.9.9"}).status, 200U);
  EXPECT_EQ(bench.send({.address = "192.0.2.77"}).status, 403U);
}

TEST(IpRestriction, NamesTheAddressOrSaysWhatItWasToldTo) {
  PluginBench bench{PluginBench::with("ip-restriction", {{"deny", {"192.0.2.1"}}})};
  EXPECT_EQ(json::parse(bench.send({.address = "192.0.2.1"}).content).at("message").as_string(),
            "IP address not allowed: 192.0.2.1");
  PluginBench told{PluginBench::with(
      "ip-restriction", {{"deny", {"192.0.2.1"}}, {"status", 405}, {"message", "not from there"}})};
  const auto answer = told.send({.address = "192.0.2.1"});
  EXPECT_EQ(answer.status, 405U);
  EXPECT_EQ(json::parse(answer.content).at("message").as_string(), "not from there");
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
