// The whole platform with its orders on PostgreSQL: it starts without the server, says so, heals when the
// server comes, and a purchase goes through.
#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "storage/postgres/test_server.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using storage::postgres::TestServer;
using storage::test_peers::CertificateFiles;

class OrdersOnPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!TestServer::is_installed()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    server_.emplace();
    server_->run("CREATE ROLE orders LOGIN");
    server_->run("CREATE DATABASE orders OWNER orders");
  }

  // The settings of a role that shows a certificate and knows no password.
  [[nodiscard]] json::object settings() const {
    const CertificateFiles files = server_->certificates().leaf(
        server_->directory(), "orders", {.common_name = "orders"}, core::SystemClock().now());
    json::object tls{{"ca", server_->certificates().ca.string()},
                     {"certificate", files.certificate.string()},
                     {"key", files.key.string()}};
    json::array hosts{json::object{{"host", "localhost"}, {"port", server_->port()}}};
    json::object store{{"engine", "postgres"}, {"hosts", std::move(hosts)}, {"database", "orders"},
                       {"user", "orders"},     {"tls", std::move(tls)},     {"probe_every", "100ms"}};
    return {{"store", std::move(store)}};
  }

  static unsigned ask(const RunningPlatform& platform, const std::string& instance, const char* path) {
    const auto answer = platform.direct(instance, "prometheus")->send(demo::get(path));
    return answer ? answer->status : 0;
  }
  // Each of the two, which notice for themselves what happens to the server.
  static bool become(const RunningPlatform& platform, unsigned status) {
    return eventually(std::chrono::seconds{20}, [&] {
      return std::ranges::all_of(std::array{"orders-1", "orders-2"}, [&](const char* instance) {
        return ask(platform, instance, "/health/ready") == status;
      });
    });
  }

  // Ready is not found: the registry looks at an instance once per interval.
  static bool can_be_reached(const RunningPlatform& platform) {
    const auto browser = platform.through_https();
    return eventually(std::chrono::seconds{20}, [&] {
      const auto products = browser->send(demo::get("/products"));
      return products && products->status == 200;
    });
  }

  std::optional<TestServer> server_;
};

TEST_F(OrdersOnPostgres, APlatformWaitsForItsDatabaseAndSellsOnceItIsThere) {
  server_->kill();
  const RunningPlatform platform({.instances = {{"orders", 2}}, .settings = {{"orders", settings()}}});
  EXPECT_TRUE(become(platform, 503));
  EXPECT_EQ(ask(platform, "orders-1", "/health/live"), 200U);

  server_->restart();
  EXPECT_TRUE(become(platform, 200));
  EXPECT_TRUE(can_be_reached(platform));
  const Outcome purchase = platform.gatehouse({"demo"}, std::chrono::seconds{60});
  EXPECT_EQ(purchase.code, 0) << purchase.output << platform.complaints();

  server_->kill();
  EXPECT_TRUE(become(platform, 503));
  server_->restart();
  EXPECT_TRUE(become(platform, 200));
  EXPECT_TRUE(can_be_reached(platform));
  const Outcome another = platform.gatehouse({"demo"}, std::chrono::seconds{60});
  EXPECT_EQ(another.code, 0) << another.output << platform.complaints();
}

}  // namespace
}  // namespace gatehouse::tests
