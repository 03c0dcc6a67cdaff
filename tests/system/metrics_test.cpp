// What every role shows to Prometheus: accepted by Prometheus' own checker, with no identifier in a label.
#include <cstdlib>
#include <fstream>
#include <set>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "core/durable_file.hpp"
#include "core/text.hpp"
#include "tests/harness/or_throw.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

// "# TYPE name kind"
std::set<std::string> families_in(std::string_view exposition) {
  std::set<std::string> names;
  for (const std::string_view line : core::split(exposition, '\n')) {
    const auto words = core::split(line, ' ');
    if (words.size() == 4 && words[0] == "#" && words[1] == "TYPE") names.emplace(words[2]);
  }
  return names;
}

TEST(Metrics, OfEveryRoleArePassedByPromtoolAndCarryNoIdentifier) {
  const auto promtool = find_program("promtool-3");
  if (!promtool) GTEST_SKIP() << "promtool-3 (tools/peers) is missing: the metrics' format was not checked";
  const RunningPlatform platform;
  const Outcome purchase =
      platform.gatehouse({"demo"}, std::chrono::seconds{60});  // so that there is something to show
  ASSERT_EQ(purchase.code, 0) << purchase.output;
  const std::string documented = or_throw(
      core::read_file(std::filesystem::path(std::getenv("GATEHOUSE_SOURCE")) / "docs/metrics.md"), "docs");
  std::set<std::string> unknown;

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
    for (const std::string& name : families_in(answer->content))
      if (!documented.contains("`" + name + "`")) unknown.insert(name);
  }
  EXPECT_TRUE(unknown.empty()) << "not in docs/metrics.md: " << fmt::format("{}", fmt::join(unknown, ", "));
}

}  // namespace
}  // namespace gatehouse::tests
