// `gatehouse data copy`: from the embedded engines to those of production and back, while the source serves;
// killed in the middle it goes on; what must not be overwritten is refused.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "supervisor/prepare.hpp"
#include "tests/harness/many_records.hpp"
#include "tests/harness/production_engines.hpp"

namespace gatehouse::tests {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds kCopyMayTake{120};

void write(const std::filesystem::path& file, const json::object& content) {
  std::ofstream(file) << json::serialize(content) << '\n';
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class DataCopy : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = ProductionEngines::missing(); !missing.empty()) GTEST_SKIP() << missing;
    engines_.emplace();
    write(production(), platform_file({.settings = engines_->settings()}));
  }

  [[nodiscard]] std::filesystem::path production() const { return directory_.path() / "production.yml"; }
  // Another file of the same engine, in the same data directory.
  [[nodiscard]] std::filesystem::path elsewhere() const {
    const auto store = [&](std::string_view role) {
      return json::object{{"store", (directory_.path() / fmt::format("{}-back.db", role)).string()}};
    };
    const auto file = directory_.path() / "elsewhere.yml";
    write(file, platform_file({.settings = {{"auth", store("auth")},
                                            {"orders", store("orders")},
                                            {"payments", store("payments")}}}));
    return file;
  }
  static std::vector<std::string> words(const std::string& role, const std::filesystem::path& from,
                                        const std::filesystem::path& to) {
    return {"data", "copy", "--role", role, "--from", from.string(), "--to", to.string()};
  }

  TemporaryDirectory directory_;
  std::optional<ProductionEngines> engines_;
};

TEST_F(DataCopy, MovesWhatAPurchaseLeftWhileThePlatformServes) {
  const RunningPlatform platform;
  write_secrets(platform.data(), engines_->platform());
  ASSERT_EQ(platform.gatehouse({"demo"}).code, 0) << platform.complaints();
  const auto source = platform.plan().file;
  const auto back = elsewhere();
  for (const std::string role : {"auth", "orders", "payments"}) {
    Outcome last;
    const auto is_fine = [&](const std::filesystem::path& from, const std::filesystem::path& to,
                             const std::vector<std::string>& more = {}) {
      auto command = words(role, from, to);
      command.insert(command.end(), more.begin(), more.end());
      last = platform.gatehouse(command);
      return last.code == 0;
    };
    // The outbox and the sagas come to rest some time after the purchase: until then another round catches
    // up.
    EXPECT_TRUE(eventually(kCopyMayTake, [&] {
      if (!is_fine(source, production())) return false;
      EXPECT_TRUE(is_fine(production(), back)) << "nothing changes there: " << last.output;
      return is_fine(source, back, {"--verify"});
    })) << last.output;
    EXPECT_THAT(last.output, HasSubstr("Both sides hold the same"));
    EXPECT_THAT(last.output, ContainsRegex("[0-9a-f]{64}"));
  }
  const Outcome in_use = platform.gatehouse(words("orders", production(), platform.plan().file));
  EXPECT_EQ(in_use.code, 1);
  EXPECT_THAT(in_use.output, HasSubstr("destination_in_use"));
}

TEST_F(DataCopy, RefusesWhatMakesNoSense) {
  const auto data = directory_.path() / "data";
  std::filesystem::create_directory(data);
  write_platform_file(data, {});
  const auto platform = supervisor::Platform::load(data).value();
  ASSERT_TRUE(supervisor::prepare(platform, core::SystemClock().now()));
  write_secrets(data, engines_->platform());
  const auto gatehouse = [&](std::vector<std::string> command) {
    command.insert(command.begin(), executable());
    command.insert(command.end(), {"--data", data.string()});
    return run({.words = command}, kCopyMayTake);
  };
  EXPECT_THAT(gatehouse(words("orders", platform.file, platform.file)).output, HasSubstr("same_place"));
  EXPECT_THAT(gatehouse(words("registry", platform.file, production())).output, HasSubstr("unknown_role"));
  EXPECT_THAT(gatehouse(words("orders", platform.file, production())).output, HasSubstr("no_such_store"));
  EXPECT_THAT(gatehouse(words("orders", production(), platform.file)).output,
              HasSubstr("postgres_schema_older"));
  for (const char* role : {"auth", "payments"})
    EXPECT_THAT(gatehouse(words(role, platform.file, production())).output, HasSubstr("no_such_store"));
}

TEST_F(DataCopy, GoesOnAfterItWasKilledAndLeavesNoPersonalDataBehind) {
  constexpr std::size_t kOrders = 10'000;
  const auto data = directory_.path() / "data";
  std::filesystem::create_directory(data);
  write_platform_file(data, {});
  const auto platform = supervisor::Platform::load(data).value();
  ASSERT_TRUE(supervisor::prepare(platform, core::SystemClock().now()));
  fill_store(platform, "orders", kOrders);

  auto command = words("orders", platform.file, production());
  command.insert(command.begin(), executable());
  command.insert(command.end(), {"--data", data.string()});
  const auto progress = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(data / "run")) {
      const std::string name = entry.path().filename();
      if (name.starts_with("copy-orders-") && name.ends_with("-orders.json")) return entry.path();
    }
    return std::filesystem::path{};
  };
  Process copy({.words = command});
  ASSERT_TRUE(eventually(kCopyMayTake, [&] {
    std::error_code ignored;
    return std::filesystem::exists(data / "run", ignored) && !progress().empty();
  })) << copy.output();
  copy.kill(SIGKILL);
  EXPECT_EQ(copy.wait(kCopyMayTake).code, 128 + SIGKILL);
  ASSERT_FALSE(progress().empty()) << "it was killed in the middle";
  EXPECT_THAT(text_of(progress()), Not(HasSubstr("ord_"))) << "a key is sealed";

  const Outcome resumed = run({.words = command}, kCopyMayTake);
  EXPECT_EQ(resumed.code, 0) << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr("Both sides hold the same"));
  EXPECT_THAT(resumed.output, Not(ContainsRegex("orders +10000 +10000"))) << "a part was there already";
  EXPECT_TRUE(progress().empty());
}

}  // namespace
}  // namespace gatehouse::tests
