// The platform with its payments in DynamoDB (npm's dynalite, over mutual TLS): the guided purchase as
// always, a server that goes away and comes back, one that is not there when the role starts.
#include <sstream>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "storage/dynamodb/test_server.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::seconds;
using storage::dynamodb::TestServer;

json::object settings_for(const TestServer& server) {
  const auto& certificates = server.certificates();
  return {{"store",
           {{"engine", "dynamodb"},
            {"endpoint", server.endpoint()},
            {"region", "eu-central-1"},
            {"table", "payments"},
            {"create_table", true},
            {"call_timeout", "2s"},
            {"try_timeout", "1s"},
            {"tls",
             {{"ca", certificates.ca.string()},
              {"certificate", certificates.client.certificate.string()},
              {"key", certificates.client.key.string()}}},
            {"credentials",
             {{"source", "static"},
              {"access_key_id", "AKIDEXAMPLE"},
              // Any secret of the role will do: this server compares no signatures.
              {"secret_access_key_file", "cursor.key"}}}}}};
}

struct PaymentsOnDynamodb : testing::Test {
  void SetUp() override {
    if (const std::string missing = TestServer::missing(); !missing.empty()) GTEST_SKIP() << missing;
    server.emplace();
    platform.emplace(
        PlatformOptions{.instances = {}, .settings = {{"payments", settings_for(*server)}}, .program = {}});
  }

  // One new payment by the robot of the shop, through the gateway. Nothing if there was no answer.
  Result<http::Reply> pay() {
    const auto token = platform->robot_token();
    if (!token) return fail(token);
    const json::object body{{"amount", 1999},
                            {"currency", "EUR"},
                            {"payment_method", "pm_card_visa"},
                            {"reference", "ord_" + core::random_token(6)}};
    return platform->through_https()->send(
        demo::post_json("/payments", body, *token, "dynamodb-" + core::random_token(16)));
  }
  unsigned payment_status() {
    const auto reply = pay();
    return reply ? reply->status : 0;
  }
  Result<http::Reply> readiness() {
    return platform->direct("payments-1", "prometheus")->send(demo::get("/health/ready"));
  }
  // How often the role's log says so.
  std::size_t said(const std::string& words) {
    std::istringstream log(platform->log_of("payments-1"));
    std::size_t times = 0;
    for (std::string line; std::getline(log, line);) times += line.find(words) == std::string::npos ? 0 : 1;
    return times;
  }

  std::optional<TestServer> server;
  std::optional<RunningPlatform> platform;
};

TEST_F(PaymentsOnDynamodb, ThePurchaseGoesAsAlwaysAndAServerThatGoesAwayCostsNothingButTime) {
  const Outcome demo = platform->gatehouse({"demo"}, seconds{60});
  ASSERT_EQ(demo.code, 0) << demo.output << platform->complaints();
  EXPECT_FALSE(std::filesystem::exists(platform->data() / "roles" / "payments" / "payments.db"));

  server->kill();
  const auto refused = pay();
  ASSERT_TRUE(refused) << refused.error().detail;
  EXPECT_EQ(refused->status, 503U) << refused->content;
  EXPECT_TRUE(refused->headers.contains("Retry-After"));

  server->launch();
  EXPECT_TRUE(eventually(seconds{30}, [&] { return payment_status() == 201; })) << platform->complaints();
  EXPECT_EQ(platform->gatehouse({"demo"}, seconds{60}).code, 0) << platform->complaints();
}

TEST_F(PaymentsOnDynamodb, ARoleThatStartsBeforeItsServerWaitsAndSaysWhy) {
  server->kill();
  ASSERT_TRUE(platform->kill_instance("payments-1"));

  ASSERT_TRUE(eventually(seconds{20}, [&] {
    const auto ready = readiness();
    return ready && ready->status == 503 && ready->content.contains("connect_failed");
  })) << platform->complaints();
  const auto live = platform->direct("payments-1", "prometheus")->send(demo::get("/health/live"));
  EXPECT_TRUE(live && live->status == 200);
  EXPECT_EQ(payment_status(), 503U);
  EXPECT_EQ(said("\"connect_failed\""), 1U) << "one line, however often it is tried";

  server->launch();
  EXPECT_TRUE(eventually(seconds{30}, [&] {
    const auto ready = readiness();
    return ready && ready->status == 200;
  })) << platform->complaints();
  EXPECT_TRUE(eventually(seconds{10}, [&] { return payment_status() == 201; }));
}

}  // namespace
}  // namespace gatehouse::tests
