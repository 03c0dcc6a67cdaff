// Every route of every role, asked by every identity of the platform over real mutual TLS: only the callers
// that the role's policy lists get past the first door. And what the policy lists is what openapi/ describes.
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "auth_server/protocol/routes.hpp"
#include "demo/user_agent.hpp"
#include "http/server.hpp"
#include "provider_sim/api.hpp"
#include "registry/consul_api.hpp"
#include "runtime/worker.hpp"
#include "service/testing.hpp"
#include "services/auth/http/policy.hpp"
#include "services/orders/http/policy.hpp"
#include "services/payments/http/policy.hpp"
#include "supervisor/pki.hpp"
#include "telemetry/log.hpp"
#include "tests/harness/process.hpp"

namespace gatehouse::tests {
namespace {

constexpr std::string_view kIdentities[] = {"gateway",  "auth-server",  "auth", "payments",   "orders",
                                            "registry", "provider-sim", "up",   "prometheus", "demo"};

struct Role {
  std::string_view name;
  service::Policy (*policy)();
};
constexpr Role kRoles[] = {
    {"auth-server", auth_server::route_policy},
    {"auth", auth::policy},
    {"payments", payments::policy},
    {"orders", orders::policy},
    {"provider-sim", provider_sim::policy},
    {"registry", registry::ConsulApi::policy},
};

// "/orders/{id}" → "/orders/x"
std::string path_of(std::string_view path_template) {
  std::string path;
  bool is_inside = false;
  for (const char c : path_template) {
    if (c == '{') path += 'x';
    is_inside = c == '{' || (is_inside && c != '}');
    if (!is_inside && c != '}') path += c;
  }
  return path;
}

// A role that has its real policy, and answers 204 to whoever gets in.
class Doors {
 public:
  Doors(const Role& role, const std::filesystem::path& data)
      : router_(role.policy(), service::testing::fake_bearer(), metrics_) {
    for (const service::RoutePolicy& route : router_.policy().routes) {
      router_.route(route.method, route.path, [](service::Call&) -> Awaitable<Result<http::Response>> {
        co_return http::Response(204);
      });
    }
    router_.seal();
    auto tls = net::ServerTls::load({.certificate = data / role.name / "tls" / "cert.pem",
                                     .key = data / role.name / "tls" / "key.pem",
                                     .ca = data / "pki" / "ca.pem"},
                                    net::ClientCertificate::required)
                   .value();
    server_ = std::make_unique<http::Server>(worker_.executor(), router_, http::ServerLimits{});
    port_ = server_->listen({.tls = std::move(tls)}).value();
    thread_ = std::thread([this] { worker_.run(); });
  }
  ~Doors() {
    worker_.stop();
    thread_.join();  // then nothing of the server runs any more, and it may go
  }
  Doors(const Doors&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const service::Policy& policy() const { return router_.policy(); }

 private:
  runtime::Worker worker_{"doors"};
  telemetry::Metrics metrics_;
  service::Router router_;
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class Callers : public testing::TestWithParam<Role> {
 protected:
  static void SetUpTestSuite() {
    log::configure("component-test", "", log::Level::off);
    directory = std::make_unique<TemporaryDirectory>();
    const auto now = core::SystemClock().now();
    ASSERT_TRUE(supervisor::ensure_pki(directory->path(), now));
    for (const std::string_view identity : kIdentities) {
      std::filesystem::create_directories(directory->path() / identity);
      ASSERT_TRUE(supervisor::issue_role_leaf(directory->path(), identity, directory->path() / identity,
                                              {std::string(identity)}, now));
    }
  }
  static void TearDownTestSuite() { directory.reset(); }

  static std::unique_ptr<TemporaryDirectory> directory;
};
std::unique_ptr<TemporaryDirectory> Callers::directory;

TEST_P(Callers, OnlyThoseThatAreListedGetPastTheFirstDoor) {
  const std::filesystem::path& data = directory->path();
  Doors doors(GetParam(), data);
  int refused = 0;
  for (const std::string_view identity : kIdentities) {
    demo::UserAgent agent(demo::https_target(data / "pki" / "ca.pem", doors.port(), data / identity).value(),
                          {});
    for (const service::RoutePolicy& route : doors.policy().routes) {
      const http::Request request{.method = std::string(route.method), .target = path_of(route.path)};
      const auto reply = agent.send(request);
      ASSERT_TRUE(reply) << reply.error().reason;
      const bool is_refused = demo::text_at(*reply, "/code") == "caller_not_allowed";
      const bool is_listed = std::ranges::find(route.callers, identity) != route.callers.end();
      EXPECT_EQ(is_refused, !is_listed)
          << identity << " asks " << route.method << " " << route.path << ": " << reply->status;
      if (is_refused) EXPECT_EQ(reply->status, 403U);
      refused += is_refused ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 0);
}

class Descriptions : public testing::TestWithParam<Role> {};

TEST_P(Descriptions, DescribeExactlyWhatIsServed) {
  const std::string name(GetParam().name);
  std::set<std::string> served;
  for (const service::RoutePolicy& route : GetParam().policy().routes)
    served.insert(fmt::format("{} {}", route.method, route.path));
  std::set<std::string> described;
  for (const auto& [route, statuses] : service::testing::documented_statuses(name)) {
    EXPECT_FALSE(statuses.empty()) << route;
    described.insert(route);
  }
  EXPECT_EQ(served, described);
}

std::string test_name(const testing::TestParamInfo<Role>& role) {
  std::string name(role.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(, Callers, testing::ValuesIn(kRoles), test_name);
// The registry's routes, the last ones, are Consul's, and Consul describes them.
INSTANTIATE_TEST_SUITE_P(, Descriptions, testing::ValuesIn(std::begin(kRoles), std::end(kRoles) - 1),
                         test_name);

}  // namespace
}  // namespace gatehouse::tests
