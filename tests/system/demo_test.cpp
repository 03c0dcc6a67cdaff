// The guided purchase on a platform that has just been started for the first time, and without one.
#include <gtest/gtest.h>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

TEST(Demo, EveryStepGoesAsItShouldAndNoSecretIsShown) {
  const RunningPlatform platform;
  const Outcome outcome = platform.gatehouse({"demo"}, std::chrono::seconds{60});
  EXPECT_EQ(outcome.code, 0) << outcome.output << platform.complaints();
  EXPECT_NE(outcome.output.find("All 14 steps went as they should."), std::string::npos) << outcome.output;
  EXPECT_EQ(outcome.output.find('\x1b'), std::string::npos) << "colours without a terminal";
  for (const auto* name : {"alice", "bob", "pia"}) {
    const auto password = demo::password_of(name, platform.layout().credentials_file());
    ASSERT_TRUE(password);
    EXPECT_EQ(outcome.output.find(password->reveal()), std::string::npos) << name;
  }
  EXPECT_EQ(platform.gatehouse({"demo"}).code, 0) << "it can be repeated";
}

TEST(Demo, WithoutAPlatformItSaysSoInOneLine) {
  const TemporaryDirectory nowhere;
  const Outcome outcome =
      run({.words = {executable(), "demo", "--data", nowhere.path().string()}, .user = {}});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 1) << outcome.output;
  EXPECT_NE(outcome.output.find("gatehouse up"), std::string::npos) << outcome.output;
}

}  // namespace
}  // namespace gatehouse::tests
