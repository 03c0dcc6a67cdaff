// What `gatehouse up` says when it cannot start: one clear line, and an exit code other than 0.
#include <fstream>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

constexpr uid_t kNobody = 65534;

// Files that others cannot write stop everybody but root.
std::optional<uid_t> somebody_without_powers() {
  if (::geteuid() != 0) return std::nullopt;
  return kNobody;
}

Outcome up(const std::filesystem::path& data, std::optional<uid_t> user = {}) {
  return run({.words = {executable(), "up", "--data", data.string()}, .user = user});
}

void expect_one_line(const Outcome& outcome, std::string_view words) {
  EXPECT_FALSE(outcome.is_timeout);
  EXPECT_EQ(outcome.code, 1) << outcome.output;
  EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 1) << outcome.output;
  EXPECT_TRUE(outcome.output.starts_with("gatehouse up: ")) << outcome.output;
  EXPECT_NE(outcome.output.find(words), std::string::npos) << outcome.output;
}

TEST(Start, ASecondTimeOnOneDataDirectoryIsRefusedAndDisturbsNothing) {
  const RunningPlatform platform;
  const pid_t gateway = platform.pid_of("gateway-1");
  expect_one_line(up(platform.data()), "is running already");
  EXPECT_EQ(platform.gatehouse({"status", "--json"}).code, 0);
  EXPECT_EQ(platform.pid_of("gateway-1"), gateway);
}

TEST(Start, ATakenPortIsNamedWithWhoWantsIt) {
  const TemporaryDirectory data;
  write_platform_file(data.path(), {});
  const auto plan = supervisor::Platform::load(data.path()).value();
  boost::asio::io_context io;
  const boost::asio::ip::tcp::acceptor taken(
      io, {boost::asio::ip::make_address("127.0.0.1"), plan.plan_of("payments").port});
  const Outcome outcome = up(data.path());
  expect_one_line(outcome, "payments-1 cannot listen on");
  EXPECT_NE(outcome.output.find(std::to_string(plan.plan_of("payments").port)), std::string::npos);
  EXPECT_EQ(run({.words = {executable(), "status", "--data", data.path().string()}, .user = {}}).code, 3);
}

TEST(Start, ADataDirectoryThatCannotBeWrittenIsNamed) {
  const TemporaryDirectory data;
  write_platform_file(data.path(), {});
  const auto user = somebody_without_powers();
  const Outcome version = run({.words = {executable(), "--version"}, .user = user});
  if (version.code != 0) GTEST_SKIP() << "SKIPPED: nobody may not run " << executable();
  std::filesystem::permissions(data.path(), std::filesystem::perms{0555});
  expect_one_line(up(data.path(), user), data.path().string());
  std::filesystem::permissions(data.path(), std::filesystem::perms{0755});
}

TEST(Start, AWrongPlatformFileIsNamedWithTheKey) {
  struct Case {
    std::string_view text;
    std::string_view words;
  };
  for (const auto& [text, words] :
       {Case{"{\"roles\": {\"orders\": {\"port\": ", "platform.json"},
        Case{R"({"roles":{"orders":{"port":70000}}})", "roles.orders.port"},
        Case{R"({"roles":{"ordres":{"port":5003}}})", "roles.ordres"},
        Case{R"({"gateway":{"http_prot":8000}})", "gateway.http_prot"}, Case{"[]", "platform.json"}}) {
    const TemporaryDirectory data;
    std::ofstream(data.path() / "platform.json") << text;
    expect_one_line(up(data.path()), words);
  }
}

TEST(Start, AWrongPlatformYamlIsNamedWithFileLineAndKey) {
  const TemporaryDirectory data;
  std::ofstream(data.path() / "platform.yml") << "address: 127.0.0.1\nroles:\n  orders:\n    prot: 5003\n";
  expect_one_line(up(data.path()), "platform.yml:4: roles.orders.prot");
}

TEST(Start, ADamagedStoreIsNamedWithTheFileAndLeftAsItIs) {
  const TemporaryDirectory data;
  write_platform_file(data.path(), {});
  const auto store = data.path() / "roles" / "orders" / "orders.db";
  std::filesystem::create_directories(store.parent_path());
  const std::string garbage(8'192, 'x');
  std::ofstream(store) << garbage;
  const Outcome outcome = up(data.path());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.output.find("orders-1 could not start"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("database_corrupt"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("orders.db"), std::string::npos) << outcome.output;
  EXPECT_EQ(std::filesystem::file_size(store), garbage.size());
  const Outcome check = run({.words = {executable(), "check", "--data", data.path().string()}, .user = {}});
  EXPECT_EQ(check.code, 1);
  EXPECT_NE(check.output.find("orders.db"), std::string::npos) << check.output;
}

TEST(Start, ASettingThatARoleDoesNotKnowIsNamedWithTheRole) {
  const TemporaryDirectory data;
  write_platform_file(data.path(),
                      {.instances = {}, .settings = {{"orders", {{"no_such_setting", 1}}}}, .program = {}});
  const Outcome outcome = up(data.path());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.output.find("orders-1 could not start"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("no_such_setting"), std::string::npos) << outcome.output;
}

}  // namespace
}  // namespace gatehouse::tests
