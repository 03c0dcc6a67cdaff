// What platform.yml can say of a platform: every role twice, a Consul in the registry's place, and what
// `gatehouse check` finds.
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "storage/redis/test_server.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/pki.hpp"
#include "supervisor/platform_text.hpp"
#include "tests/harness/consul_agent.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

const PlatformOptions kAllTwice{
    .instances = {{"auth", 2}, {"payments", 2}, {"orders", 2}, {"auth-server", 2}, {"gateway", 2}}};

json::object checked(const Outcome& outcome) {
  const auto object = core::parse_json_object(outcome.output);
  return object ? *object : json::object{{"output", outcome.output}};
}

const json::object& engine_at(const json::object& result, std::string_view path) {
  for (const json::value& engine : result.at("engines").as_array()) {
    if (engine.at("named_by").as_string() == path) return engine.as_object();
  }
  throw std::runtime_error("no engine at " + std::string(path));
}

TEST(Profiles, TheProductionExampleIsUnderstood) {
  const char* source = std::getenv("GATEHOUSE_SOURCE");
  ASSERT_NE(source, nullptr);
  const auto file = fs::path(source) / "deploy" / "platform.production.yml";
  const auto platform = supervisor::Platform::load_file(file, "/nowhere");
  ASSERT_TRUE(platform) << platform.error().detail;
  EXPECT_EQ(supervisor::instances_of(*platform).size(), 11U) << "five roles, twice each, and the log shipper";
}

TEST(Profiles, EveryRoleTwiceServesAPurchaseAndSurvivesTheLossOfAGateway) {
  const RunningPlatform platform(kAllTwice);
  const Outcome demo = platform.gatehouse({"demo"});
  EXPECT_EQ(demo.code, 0) << demo.output << platform.complaints();
  const pid_t gateway = platform.pid_of("gateway-1");
  ASSERT_GT(gateway, 0);
  ASSERT_EQ(::kill(gateway, SIGSTOP), 0);
  ASSERT_EQ(::kill(gateway, SIGKILL), 0);
  EXPECT_TRUE(eventually(
      seconds{10}, [&] { return platform.through_https()->ask(demo::get("/products"), 200).has_value(); }));
  EXPECT_TRUE(platform.wait_until_ready(seconds{20})) << platform.complaints();
  const Outcome again = platform.gatehouse({"demo"});
  EXPECT_EQ(again.code, 0) << again.output << platform.complaints();
}

TEST(Profiles, ThePauseBeforeARestartIsASetting) {
  const auto with_long_pause = [](const fs::path& data) {
    auto file = platform_file({});
    file["restart"] = {{"first", "1500ms"}};
    std::ofstream(data / "platform.yml") << json::serialize(file);
  };
  const RunningPlatform platform({.prepare = with_long_pause});
  const pid_t before = platform.pid_of("orders-1");
  const auto killed_at = std::chrono::steady_clock::now();
  ASSERT_TRUE(platform.kill_instance("orders-1"));
  ASSERT_TRUE(eventually(seconds{20}, [&] {
    const pid_t now = platform.pid_of("orders-1");
    return now != 0 && now != before;
  }));
  EXPECT_GE(std::chrono::steady_clock::now() - killed_at, std::chrono::milliseconds{1'400});
}

TEST(Profiles, MaintenanceTakesAnInstanceOutOfRouting) {
  const RunningPlatform platform({.instances = {{"orders", 2}}});
  const auto listed = [&platform] {
    std::string ids;
    const auto reply =
        platform.direct("registry-1", "up")->ask(demo::get("/v1/health/service/orders-service?passing"), 200);
    if (!reply) return ids;
    const auto entries = json::parse(reply->content);
    for (const json::value& entry : entries.as_array())
      ids += std::string(entry.at("Service").at("ID").as_string()) + " ";
    return ids;
  };
  ASSERT_TRUE(eventually(seconds{5}, [&] { return listed() == "orders-1 orders-2 "; })) << listed();
  const Outcome on = platform.gatehouse({"maintenance", "orders-1", "on", "--reason", "new disk"});
  EXPECT_EQ(on.code, 0) << on.output;
  EXPECT_EQ(listed(), "orders-2 ");
  EXPECT_TRUE(platform.through_https()->ask(demo::get("/products"), 200));
  EXPECT_EQ(platform.gatehouse({"maintenance", "orders-1", "off"}).code, 0);
  EXPECT_EQ(listed(), "orders-1 orders-2 ");
  const Outcome unknown = platform.gatehouse({"maintenance", "orders-7", "on"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_NE(unknown.output.find("orders-7 is no instance"), std::string::npos) << unknown.output;
}

TEST(Profiles, CheckTellsOfEveryEngineHowItIs) {
  if (!find_program("redis-server")) GTEST_SKIP() << "SKIPPED: no redis-server on PATH";
  const storage::redis::TestServer redis;
  const json::object cache{{"person_cache", {{"redis", {{"host", "127.0.0.1"}, {"port", redis.port()}}}}}};
  const RunningPlatform platform({.settings = {{"auth", cache}}});
  const Outcome outcome = platform.gatehouse({"check", "--json"});
  const auto result = checked(outcome);
  ASSERT_EQ(outcome.code, 0) << outcome.output;
  const auto& found = engine_at(result, "roles.auth.settings.person_cache.redis");
  EXPECT_TRUE(found.at("reachable").as_bool());
  EXPECT_FALSE(found.at("version").as_string().empty());
  EXPECT_LT(std::abs(found.at("clock_skew_ms").as_int64()), 1'000);
  EXPECT_TRUE(engine_at(result, "roles.orders").at("fine").as_bool());

  const auto changed = platform.data() / "changed.json";
  auto file = core::parse_json_object(supervisor::read_file(platform.plan().file).value()).value();
  file["roles"].as_object()["auth"].as_object()["settings"] = {
      {"person_cache", {{"redis", {{"host", "127.0.0.1"}, {"port", free_port()}}}}}};
  std::ofstream(changed) << json::serialize(file);
  const Outcome gone = platform.gatehouse({"check", changed.string()});
  EXPECT_EQ(gone.code, 1);
  EXPECT_NE(gone.output.find("connect_failed"), std::string::npos) << gone.output;

  std::ofstream(changed) << "roles:\n  auth:\n    settings:\n      lockouts: {}\n";
  const Outcome wrong = platform.gatehouse({"check", changed.string()});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.output.find("lockouts"), std::string::npos) << wrong.output;
}

TEST(Profiles, AConsulTakesTheRegistrysPlace) {
  const auto program = find_program("consul");
  if (!program) GTEST_SKIP() << "SKIPPED: no consul on PATH (tools/peers fetches it)";
  const TemporaryDirectory state;
  std::unique_ptr<ConsulAgent> consul;
  const auto with_consul = [&](const fs::path& data) {
    if (!supervisor::ensure_pki(data, core::SystemClock().now())) throw std::runtime_error("no PKI");
    consul = std::make_unique<ConsulAgent>(ConsulSettings{
        .program = *program, .pki = data, .state = state.path(), .rules = std::string(kPlatformRules)});
    auto file = platform_file({.instances = {{"orders", 2}}});
    const auto tls = state.path() / "tls";
    file["discovery"] = {{"consul",
                          {{"port", consul->port()},
                           {"token_file", consul->token_file().string()},
                           {"tls",
                            {{"ca", (data / "pki" / "ca.pem").string()},
                             {"certificate", (tls / "cert.pem").string()},
                             {"key", (tls / "key.pem").string()},
                             {"server_name", "localhost"}}}}}};
    std::ofstream(data / "platform.yml") << json::serialize(file);
  };
  const RunningPlatform platform({.prepare = with_consul});
  EXPECT_EQ(platform.pid_of("registry-1"), 0);
  const Outcome demo = platform.gatehouse({"demo"});
  EXPECT_EQ(demo.code, 0) << demo.output << platform.complaints();
  EXPECT_EQ(platform.gatehouse({"maintenance", "orders-1", "on"}).code, 0);
  EXPECT_TRUE(platform.through_https()->ask(demo::get("/products"), 200));
  EXPECT_EQ(platform.gatehouse({"maintenance", "orders-1", "off"}).code, 0);

  const Outcome check = platform.gatehouse({"check", "--json"});
  const auto result = checked(check);
  EXPECT_EQ(check.code, 0) << check.output;
  const auto& found = engine_at(result, "discovery.consul");
  EXPECT_EQ(found.at("tls_version").as_string(), "TLSv1.3") << check.output;
  EXPECT_TRUE(found.at("certificate_expires").is_string());
  EXPECT_TRUE(found.at("clock_skew_ms").is_int64());

  // Gone, Consul takes nothing with it that was known.
  consul->stop();
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(platform.through_https()->ask(demo::get("/products"), 200));
    pause(std::chrono::milliseconds{100});
  }
  consul->start();
  EXPECT_TRUE(eventually(seconds{15}, [&] { return platform.gatehouse({"demo"}).code == 0; }));
}

}  // namespace
}  // namespace gatehouse::tests
