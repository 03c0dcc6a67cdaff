// What every role shows to Prometheus: accepted by Prometheus' own checker, with no identifier in a label.
#include <fstream>

#include <gtest/gtest.h>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

TEST(Metrics, OfEveryRoleArePassedByPromtoolAndCarryNoIdentifier) {
  const auto promtool = find_program("promtool-3");
  if (!promtool) GTEST_SKIP() << "promtool-3 (tools/peers) is missing: the metrics' format was not checked";
  const RunningPlatform platform;
  const Outcome purchase =
      platform.gatehouse({"demo"}, std::chrono::seconds{60});  // so that there is something to show
  ASSERT_EQ(purchase.code, 0) << purchase.output;

  for (const supervisor::Instance& instance : supervisor::instances_of(platform.plan())) {
    const auto answer = platform.direct(instance.name, "prometheus")->send(demo::get("/metrics"));
    ASSERT_TRUE(answer) << instance.name;
    ASSERT_EQ(answer->status, 200U) << instance.name;
    const auto file = platform.data() / (instance.name + ".metrics");
    std::ofstream(file) << answer->content;
    const Outcome checked =
        run({.words = {"sh", "-c", "exec \"$0\" check metrics <\"$1\"", promtool->string(), file.string()},
             .user = {}});
    // Kong's own name for a gauge, which its dashboards ask for; promtool would rather have it otherwise.
    const bool is_kongs_name =
        checked.output ==
        "kong_nginx_connections_total non-counter metrics should not have \"_total\" suffix\n";
    EXPECT_TRUE(checked.code == 0 || is_kongs_name) << instance.name << ":\n" << checked.output;
    EXPECT_NE(answer->content.find("process_resident_memory_bytes"), std::string::npos) << instance.name;
    for (const auto* identifier : {"ord_", "pay_", "alice", "@example.com"}) {
      EXPECT_EQ(answer->content.find(identifier), std::string::npos)
          << instance.name << " shows " << identifier;
    }
  }
}

}  // namespace
}  // namespace gatehouse::tests
