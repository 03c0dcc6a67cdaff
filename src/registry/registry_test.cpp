#include <gtest/gtest.h>

#include "registry/catalog.hpp"
#include "registry/consul_api.hpp"
#include "runtime/worker.hpp"
#include "service/testing.hpp"

namespace gatehouse::registry {
namespace {

using std::chrono::milliseconds;

Service announced(const std::string& id, const std::string& name = "orders-service") {
  const json::object body{{"ID", id},
                          {"Name", name},
                          {"Port", 5003},
                          {"Meta", {{"role", "orders"}}},
                          {"Check",
                           {{"CheckID", "ttl:" + id},
                            {"TTL", "3s"},
                            {"Status", "passing"},
                            {"DeregisterCriticalServiceAfter", "1m"}}}};
  return Catalog::parse_registration(body).value();
}

TEST(Catalog, ASilentInstanceTurnsCriticalAfterItsTtlAndGoesAfterTheGracePeriod) {
  core::ManualClock clock;
  Catalog catalog;
  ASSERT_TRUE(catalog.add(announced("orders-1"), clock.steady_now()));
  EXPECT_EQ(catalog.find("orders-1")->health(), Health::passing);
  clock.advance(milliseconds{2'900});
  ASSERT_TRUE(catalog.report("ttl:orders-1", Health::passing, "", clock.steady_now()));
  clock.advance(milliseconds{2'900});
  EXPECT_FALSE(catalog.expire(clock.steady_now()));
  clock.advance(milliseconds{200});
  EXPECT_TRUE(catalog.expire(clock.steady_now()));
  EXPECT_EQ(catalog.find("orders-1")->health(), Health::critical);
  clock.advance(milliseconds{61'000});
  EXPECT_TRUE(catalog.expire(clock.steady_now()));
  EXPECT_EQ(catalog.find("orders-1"), nullptr);
}

TEST(Catalog, TheIndexOfANameRisesWithItsOwnChangesOnly) {
  core::ManualClock clock;
  Catalog catalog;
  ASSERT_TRUE(catalog.add(announced("a", "one"), clock.steady_now()));
  const auto one = catalog.index_of("one");
  ASSERT_TRUE(catalog.add(announced("b", "two"), clock.steady_now()));
  EXPECT_EQ(catalog.index_of("one"), one);
  EXPECT_GT(catalog.index_of("two"), one);
  ASSERT_TRUE(catalog.report("ttl:a", Health::passing, "", clock.steady_now()));
  EXPECT_EQ(catalog.index_of("one"), one);  // nothing changed
  ASSERT_TRUE(catalog.remove("a"));
  EXPECT_GT(catalog.index_of("one"), one);
}

TEST(Catalog, AnInstanceInMaintenanceIsCriticalWhateverItsChecksSayUntilItEnds) {
  core::ManualClock clock;
  Catalog catalog;
  EXPECT_EQ(catalog.set_maintenance("orders-1", "disk", clock.steady_now()).error().reason,
            "unknown_service");
  ASSERT_TRUE(catalog.add(announced("orders-1"), clock.steady_now()));
  const auto before = catalog.index_of("orders-service");
  ASSERT_TRUE(catalog.set_maintenance("orders-1", "disk", clock.steady_now()));
  ASSERT_TRUE(catalog.set_maintenance("orders-1", "new disk", clock.steady_now())) << "twice is once";
  EXPECT_GT(catalog.index_of("orders-service"), before);
  EXPECT_EQ(catalog.find("orders-1")->health(), Health::critical);
  ASSERT_TRUE(catalog.report("ttl:orders-1", Health::passing, "", clock.steady_now()));
  EXPECT_EQ(catalog.find("orders-1")->health(), Health::critical);
  // Announced again, as after a restart of the instance: still in maintenance, and never removed for it.
  ASSERT_TRUE(catalog.add(announced("orders-1"), clock.steady_now()));
  EXPECT_EQ(catalog.find("orders-1")->health(), Health::critical);
  EXPECT_EQ(catalog.find("orders-1")->checks.back().output, "new disk");
  EXPECT_EQ(catalog.maintenance().at("orders-1"), "new disk");
  ASSERT_TRUE(catalog.end_maintenance("orders-1"));
  EXPECT_EQ(catalog.find("orders-1")->health(), Health::passing);
  EXPECT_TRUE(catalog.maintenance().empty());
}

TEST(Catalog, ReadsGoDurations) {
  EXPECT_EQ(parse_go_duration("1m30s"), milliseconds{90'000});
  EXPECT_EQ(parse_go_duration("250ms"), milliseconds{250});
  for (const auto* bad : {"", "5", "s", "-1s", "1x", "1s "}) EXPECT_FALSE(parse_go_duration(bad)) << bad;
}

class ConsulApiTest : public testing::Test {
 protected:
  ConsulApiTest() {
    api.add_routes(router);
    router.seal();
  }
  service::testing::TestReply send(std::string method, std::string target, std::string caller,
                                   std::string content = {}) {
    return service::testing::send(io, router,
                                  {.method = std::move(method),
                                   .target = std::move(target),
                                   .caller = std::move(caller),
                                   .content = std::move(content)});
  }
  boost::asio::io_context io;
  core::SystemClock clock;
  telemetry::Metrics metrics;
  Catalog catalog;
  ConsulApi api{catalog, clock, io.get_executor()};
  service::Router router{ConsulApi::policy(), service::testing::fake_bearer(), metrics};
};

constexpr auto kOrders = R"({"ID":"orders-1","Name":"orders-service","Address":"127.0.0.1","Port":5003,
  "Meta":{"role":"orders"},"Check":{"CheckID":"ttl:orders-1","TTL":"3s"}})";

TEST_F(ConsulApiTest, ARoleAnnouncesItselfAndNothingElse) {
  EXPECT_EQ(send("PUT", "/v1/agent/service/register", "orders", kOrders).status, 200U);
  EXPECT_EQ(send("PUT", "/v1/agent/service/register", "payments", kOrders).status, 403U);
  EXPECT_EQ(send("PUT", "/v1/agent/service/register", "", kOrders).status, 403U);
  EXPECT_EQ(send("PUT", "/v1/agent/service/deregister/orders-1", "payments").status, 403U);
  EXPECT_EQ(send("PUT", "/v1/agent/check/pass/ttl:orders-1", "payments").status, 403U);
  EXPECT_EQ(send("PUT", "/v1/agent/service/register", "up", R"({"Name":"redis-host","Port":6379})").status,
            200U);
  EXPECT_EQ(send("PUT", "/v1/agent/service/register", "orders", "{").status, 400U);
}

TEST_F(ConsulApiTest, PassingLeavesCriticalInstancesOut) {
  ASSERT_EQ(send("PUT", "/v1/agent/service/register", "orders", kOrders).status, 200U);
  EXPECT_EQ(send("GET", "/v1/health/service/orders-service?passing", "gateway").content, "[]");
  EXPECT_EQ(send("GET", "/v1/health/service/orders-service", "gateway").json().as_array().size(), 1U);
  ASSERT_EQ(send("PUT", "/v1/agent/check/pass/ttl:orders-1", "orders").status, 200U);
  const auto passing = send("GET", "/v1/health/service/orders-service?passing=1", "gateway");
  ASSERT_EQ(passing.json().as_array().size(), 1U);
  EXPECT_EQ(passing.json().at(0).at("Service").at("Port").as_int64(), 5003);
  EXPECT_EQ(passing.headers.get("X-Consul-Index"), std::to_string(catalog.index()));
  EXPECT_EQ(send("GET", "/v1/catalog/services", "demo").json().as_object().size(), 1U);
}

TEST_F(ConsulApiTest, ABlockingQueryAnswersWhenItsServiceChangesOrItsWaitIsOver) {
  ASSERT_EQ(send("PUT", "/v1/agent/service/register", "orders", kOrders).status, 200U);
  const auto index = std::to_string(catalog.index());
  const auto start = std::chrono::steady_clock::now();
  const auto unchanged =
      send("GET", "/v1/health/service/orders-service?index=" + index + "&wait=50ms", "gateway");
  EXPECT_EQ(unchanged.headers.get("X-Consul-Index"), index);
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds{45});

  TaskGroup tasks(io.get_executor());
  auto later = [](Catalog& of, ConsulApi& by) -> Awaitable<> {
    (void)co_await runtime::sleep_for(milliseconds{20});
    (void)of.remove("orders-1");
    by.announce_change();
  };
  tasks.spawn("later", later(catalog, api));
  const auto changed =
      send("GET", "/v1/health/service/orders-service?index=" + index + "&wait=10s", "gateway");
  EXPECT_EQ(changed.content, "[]");
  EXPECT_NE(changed.headers.get("X-Consul-Index"), index);
}

}  // namespace
}  // namespace gatehouse::registry
