// `gatehouse doctor` and the full-screen `gatehouse status` on a platform that runs.
#include <csignal>

#include <gtest/gtest.h>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

bool contains(const Outcome& outcome, std::string_view words) {
  return outcome.output.find(words) != std::string::npos;
}

TEST(Doctor, FindsARoleThatHangsAndNothingElse) {
  const RunningPlatform platform;
  const Outcome healthy = platform.gatehouse({"doctor"});
  EXPECT_EQ(healthy.code, 0) << healthy.output;
  EXPECT_FALSE(contains(healthy, " fault ")) << healthy.output;

  const pid_t payments = platform.pid_of("payments-1");
  ::kill(payments, SIGSTOP);
  const Outcome hanging = platform.gatehouse({"doctor", "--json"});
  ::kill(payments, SIGCONT);
  EXPECT_EQ(hanging.code, 1);
  const auto told = json::parse(hanging.output).as_object();
  EXPECT_FALSE(told.at("fine").as_bool());
  std::vector<std::string> faults;
  for (const json::value& finding : told.at("findings").as_array()) {
    if (finding.at("verdict").as_string() == "fault") faults.emplace_back(finding.at("subject").as_string());
  }
  EXPECT_EQ(faults, std::vector<std::string>{"payments-1"}) << hanging.output;
}

// `script` gives it a terminal. The screen that was there before comes back.
TEST(Status, FollowsThePlatformOnATerminalAndLeavesItAsItWas) {
  const RunningPlatform platform;
  const std::string command =
      "timeout -s INT 2.5 " + executable() + " status --data " + platform.data().string();
  const Outcome seen = run({.words = {"script", "-qec", command, "/dev/null"}, .user = {}});
  const auto first = seen.output.find("\x1b[?1049h");
  const auto last = seen.output.find("\x1b[?1049l");
  ASSERT_NE(first, std::string::npos) << seen.output;
  ASSERT_NE(last, std::string::npos) << seen.output;
  const std::string screen = seen.output.substr(first, last - first);
  EXPECT_NE(screen.find("orders-1"), std::string::npos);
  EXPECT_NE(screen.find(" %\x1b[K"), std::string::npos) << "the second look knows what they take now";
  EXPECT_NE(screen.find(": ready"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::tests
