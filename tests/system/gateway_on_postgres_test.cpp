// Two gateways with their configuration on PostgreSQL: they start without the server and say so, see each
// other's changes, and go on serving when the server is gone.
#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "storage/postgres/test_server.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using storage::postgres::TestServer;

constexpr std::chrono::seconds kPatience{20};

class GatewayOnPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!TestServer::is_installed()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    server_.emplace();
    server_->run("CREATE ROLE gateway LOGIN");
    server_->run("CREATE DATABASE gateway OWNER gateway");
  }

  // The settings of a role that shows a certificate and knows no password.
  [[nodiscard]] json::object settings() const {
    const auto files = server_->certificates().leaf(server_->directory(), "gateway",
                                                    {.common_name = "gateway"}, core::SystemClock().now());
    json::object tls{{"ca", server_->certificates().ca.string()},
                     {"certificate", files.certificate.string()},
                     {"key", files.key.string()}};
    json::array hosts{json::object{{"host", "localhost"}, {"port", server_->port()}}};
    json::object store{{"engine", "postgres"}, {"hosts", std::move(hosts)}, {"database", "gateway"},
                       {"user", "gateway"},    {"tls", std::move(tls)},     {"probe_every", "100ms"}};
    return {{"store", std::move(store)}};
  }
  void start_platform() {
    platform_.emplace(PlatformOptions{.instances = {{"gateway", 2}}, .settings = {{"gateway", settings()}}});
  }

  // The Admin API of the first gateway, or of the second.
  [[nodiscard]] http::Reply admin(std::size_t gateway, http::Request request) const {
    const auto port = static_cast<std::uint16_t>(platform_->plan().gateway_admin + 100 * (gateway - 1));
    demo::UserAgent agent(http::Target{.host = "127.0.0.1", .port = port}, demo::AgentOptions{});
    return agent.send(std::move(request)).value_or(http::Reply{});
  }
  static http::Request new_service(std::string_view name) {
    return demo::post_json("/services", {{"name", name}, {"url", "http://127.0.0.1:1"}});
  }
  [[nodiscard]] bool knows(std::size_t gateway, std::string_view service) const {
    return admin(gateway, demo::get(fmt::format("/services/{}", service))).status == 200;
  }
  [[nodiscard]] bool is_store_reachable(std::size_t gateway) const {
    const auto status = core::parse_json_object(admin(gateway, demo::get("/status")).content).value();
    return status.at("database").at("reachable").as_bool();
  }
  [[nodiscard]] bool becomes_ready(std::string_view instance, unsigned status) const {
    return eventually(kPatience, [&] {
      const auto answer = platform_->direct(instance, "prometheus")->send(demo::get("/health/ready"));
      return answer && answer->status == status;
    });
  }
  [[nodiscard]] unsigned products() const {
    const auto answer = platform_->through_https()->send(demo::get("/products"));
    return answer ? answer->status : 0;
  }

  std::optional<TestServer> server_;
  std::optional<RunningPlatform> platform_;
};

TEST_F(GatewayOnPostgres, StartWithoutTheServerAndServeOnceItIsThere) {
  server_->kill();
  start_platform();
  EXPECT_TRUE(becomes_ready("gateway-1", 503));
  EXPECT_EQ(platform_->direct("gateway-1", "prometheus")->send(demo::get("/health/live"))->status, 200U);
  EXPECT_EQ(products(), 503U);
  const auto refused = admin(1, demo::get("/services"));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_NE(refused.content.find("has not been read yet"), std::string::npos) << refused.content;

  server_->restart();
  EXPECT_TRUE(becomes_ready("gateway-1", 200) && becomes_ready("gateway-2", 200));
  const Outcome purchase = platform_->gatehouse({"demo"}, std::chrono::seconds{60});
  EXPECT_EQ(purchase.code, 0) << purchase.output << platform_->complaints();
}

TEST_F(GatewayOnPostgres, SeeEachOthersChangesAndOutliveTheServer) {
  start_platform();
  ASSERT_TRUE(becomes_ready("gateway-1", 200) && becomes_ready("gateway-2", 200));
  ASSERT_TRUE(eventually(kPatience, [&] { return products() == 200; }));
  ASSERT_EQ(admin(1, new_service("one")).status, 201U);
  EXPECT_TRUE(eventually(kPatience, [&] { return knows(2, "one"); }));
  EXPECT_EQ(admin(2, new_service("one")).status, 409U);
  EXPECT_EQ(admin(2, new_service("two")).status, 201U);
  EXPECT_TRUE(eventually(kPatience, [&] { return knows(1, "two"); }));

  server_->kill();
  ASSERT_TRUE(eventually(kPatience, [&] { return !is_store_reachable(1) && !is_store_reachable(2); }));
  const auto refused = admin(1, new_service("three"));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_NE(refused.content.find("nothing was changed"), std::string::npos) << refused.content;
  EXPECT_EQ(products(), 200U);
  EXPECT_TRUE(knows(1, "one") && knows(2, "two"));
  EXPECT_TRUE(becomes_ready("gateway-1", 200) && becomes_ready("gateway-2", 200));

  ASSERT_TRUE(platform_->kill_instance("gateway-1"));
  EXPECT_TRUE(eventually(kPatience, [&] { return knows(1, "one") && knows(1, "two"); }))
      << "it is started again, and serves what it last knew";
  EXPECT_TRUE(becomes_ready("gateway-1", 200));
  EXPECT_EQ(admin(1, new_service("three")).status, 503U);

  server_->restart();
  EXPECT_TRUE(eventually(kPatience, [&] { return admin(1, new_service("three")).status == 201; }));
  EXPECT_TRUE(eventually(kPatience, [&] { return knows(2, "three"); }));
}

}  // namespace
}  // namespace gatehouse::tests
