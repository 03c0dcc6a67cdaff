// Keys of a whole platform, as an operator handles them: rotated while it serves and while a role dies,
// dropped when nothing needs them, and moved behind a passphrase.
#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "crypto/key_ring.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::seconds;

class Keys : public testing::Test {
 protected:
  // One role's line of `gatehouse keys status`.
  std::string line_of(const std::string& role, const std::string& ring) {
    const Outcome status = platform_.gatehouse({"keys", "status", role});
    EXPECT_EQ(status.code, 0) << status.output;
    for (const std::string_view line : core::split(status.output, '\n')) {
      if (line.find(" " + ring + " ") != std::string_view::npos) return std::string(line);
    }
    return status.output;
  }
  bool is_done(const std::string& role, const std::string& ring) {
    return eventually(seconds{20}, [&] { return line_of(role, ring).ends_with("done"); });
  }
  std::filesystem::path ring_file(const std::string& role, const char* name = "field_keys.json") {
    return platform_.layout().secrets_dir(role) / name;
  }
  void expect_purchase() {
    const Outcome purchase = platform_.gatehouse({"demo"}, seconds{60});
    EXPECT_EQ(purchase.code, 0) << purchase.output << platform_.complaints();
  }

  RunningPlatform platform_{{.instances = {{"auth", 2}, {"orders", 2}}}};
};

TEST_F(Keys, AreRotatedWhileThePlatformServesAndDroppedWhenNothingNeedsThem) {
  expect_purchase();
  const Outcome rotated = platform_.gatehouse({"keys", "rotate"});
  ASSERT_EQ(rotated.code, 0) << rotated.output << platform_.complaints();
  ASSERT_TRUE(platform_.kill_instance("auth-1"));
  const Outcome index = platform_.gatehouse({"keys", "rotate", "auth", "--index"});
  ASSERT_EQ(index.code, 0) << index.output;

  ASSERT_TRUE(platform_.wait_until_ready(seconds{20}));
  for (const char* role : {"gateway", "auth", "auth-server", "payments", "orders"}) {
    EXPECT_TRUE(is_done(role, "fields")) << line_of(role, "fields") << platform_.complaints();
    EXPECT_EQ(crypto::KeyRing::from_json_file(ring_file(role))->current(), 2U) << role;
  }
  EXPECT_TRUE(is_done("auth", "index")) << line_of("auth", "index");
  expect_purchase();

  const Outcome retired = platform_.gatehouse({"keys", "retire"});
  ASSERT_EQ(retired.code, 0) << retired.output;
  EXPECT_EQ(platform_.gatehouse({"keys", "retire", "auth", "--index"}).code, 0);
  for (const char* role : {"auth", "payments", "orders"}) {
    EXPECT_EQ(crypto::KeyRing::from_json_file(ring_file(role))->versions(), std::vector<std::uint32_t>{2})
        << role << retired.output;
    struct stat found{};
    ASSERT_EQ(::stat(ring_file(role).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600U) << role;
  }
  expect_purchase();
}

TEST_F(Keys, OfARoleThatDoesNotRunAreNotDropped) {
  ASSERT_EQ(platform_.gatehouse({"keys", "rotate", "payments"}).code, 0);
  ASSERT_EQ(platform_.gatehouse({"down"}).code, 0);
  const Outcome refused = platform_.gatehouse({"keys", "retire", "payments"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.output.find("does not run"), std::string::npos) << refused.output;
  EXPECT_NE(line_of("payments", "fields").find("not running"), std::string::npos);
  const Outcome unknown = platform_.gatehouse({"keys", "rotate", "no-such-role"});
  EXPECT_EQ(unknown.code, 1);
}

TEST(KeysInTheEnvironment, ServeAPurchase) {
  const crypto::KeyRing ring = crypto::KeyRing::fresh();
  ::setenv("GATEHOUSE_TEST_ORDERS_KEYS", std::string(ring.to_json().reveal()).c_str(), 1);
  const json::object keys{{"provider", "environment"}, {"variable", "GATEHOUSE_TEST_ORDERS_KEYS"}};
  const RunningPlatform platform({.settings = {{"orders", {{"field_keys", keys}}}}});
  const Outcome purchase = platform.gatehouse({"demo"}, seconds{60});
  EXPECT_EQ(purchase.code, 0) << purchase.output << platform.complaints();
  EXPECT_FALSE(std::filesystem::exists(platform.layout().secrets_dir("orders") / "field_keys.json"));
  const Outcome rotated = platform.gatehouse({"keys", "rotate", "orders"});
  EXPECT_EQ(rotated.code, 1);
  EXPECT_NE(rotated.output.find("GATEHOUSE_TEST_ORDERS_KEYS"), std::string::npos) << rotated.output;
}

TEST(KeysBehindAPassphrase, AreMovedThereAndNeverReplacedByNewOnes) {
  const json::object keys{{"provider", "passphrase"}, {"passphrase_file", "keys.pass"}};
  TemporaryDirectory directory;
  const supervisor::Layout layout{directory.path()};
  write_platform_file(directory.path(), {.settings = {{"orders", {{"field_keys", keys}}}}});
  const auto secrets = layout.secrets_dir("orders");
  std::filesystem::create_directories(secrets);
  std::ofstream(secrets / "keys.pass") << "correct horse battery staple\n";
  std::ofstream(secrets / "field_keys.json") << crypto::KeyRing::fresh_json();
  const auto protect = [&] {
    return run({.words = {executable(), "keys", "protect", "orders", "--data", directory.path().string()}});
  };

  const Outcome moved = protect();

  EXPECT_EQ(moved.code, 0) << moved.output;
  EXPECT_FALSE(std::filesystem::exists(secrets / "field_keys.json"));
  EXPECT_TRUE(std::filesystem::exists(secrets / "field_keys.pem"));
  EXPECT_NE(protect().output.find("already"), std::string::npos);
  std::ofstream(secrets / "keys.pass") << "incorrect horse battery staple\n";
  const Outcome refused = protect();
  EXPECT_EQ(refused.code, 1) << "never new keys over keys that do not open";
  EXPECT_NE(refused.output.find("passphrase"), std::string::npos) << refused.output;
}

}  // namespace
}  // namespace gatehouse::tests
