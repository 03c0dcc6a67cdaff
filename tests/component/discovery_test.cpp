// The one discovery client against the built-in registry and against a real Consul, with instances that speak
// up themselves and with instances that the registry asks: the same tests, four times.
#include <fstream>

#include <gtest/gtest.h>

#include "discovery/client.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"
#include "runtime/worker.hpp"
#include "telemetry/log.hpp"
#include "tests/component/registries.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTtl{1'000};
constexpr milliseconds kHeartbeat = kTtl / 3;
// A registry that asks notices within an interval and the patience for one answer.
constexpr milliseconds kNoticed{5'000};

// What the registry's HTTPS check asks.
class HealthPage final : public http::Handler {
 public:
  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override {
    was_asked_by = exchange.peer.certificate ? exchange.request.path() : "nobody";
    exchange.response = http::Response(is_ready ? 200 : 503);
    co_return;
  }
  void finish(const http::Exchange& /*exchange*/, std::chrono::nanoseconds /*took*/) noexcept override {}

  bool is_ready = true;
  std::string was_asked_by;
};

// One process with a discovery client. It lives only while it is given turns: without them it is silent, as
// a process that hangs or was killed.
class Node {
 public:
  explicit Node(const RegistryUnderTest& registry, discovery::CheckKind check = discovery::CheckKind::ttl,
                milliseconds heartbeat = kHeartbeat)
      : check_(check), discovery_(io_.get_executor(), http_, options(registry, heartbeat)) {
    const auto tls = registry.identity("orders") / "tls";
    const net::TlsFiles files{.certificate = tls / "cert.pem", .key = tls / "key.pem", .ca = registry.ca()};
    port_ = server_
                .listen({.address = "127.0.0.1",
                         .tls = net::ServerTls::load(files, net::ClientCertificate::required).value()})
                .value();
  }

  void announce(std::string id) {
    discovery_.register_instance({.id = std::move(id),
                                  .name = "orders-service",
                                  .address = "127.0.0.1",
                                  .port = port_,
                                  .tags = {"blue"},
                                  .meta = {{"role", "orders"}, {"version", "1.2.3"}},
                                  .check = check_,
                                  .check_readiness = [this]() -> Result<void> {
                                    if (page.is_ready) return {};
                                    return fail(ErrorKind::unavailable, "store_silent");
                                  }});
  }
  void turn() {
    if (io_.stopped()) io_.restart();
    io_.run_for(milliseconds{5});
  }
  void stop() {
    runtime::run_to_end(io_, discovery_.stop(Deadline::after(seconds{2})));
    runtime::run_to_end(io_, server_.stop(Deadline::after(milliseconds{50})));
  }
  [[nodiscard]] std::vector<std::string> sees() {
    std::vector<std::string> ids;
    const auto instances = discovery_.find("orders-service");
    for (const discovery::Instance& instance : *instances) ids.push_back(instance.id);
    return ids;
  }
  Result<void> set_maintenance(std::string id, discovery::Maintenance maintenance) {
    auto change =
        discovery_.set_maintenance(std::move(id), maintenance, "new disk", Deadline::after(seconds{2}));
    return runtime::run_to_end(io_, std::move(change));
  }
  discovery::Client& client() { return discovery_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] double stale_lists() { return metrics_.gauge("discovery_stale_lists", "").value(); }

  HealthPage page;

 private:
  discovery::ClientOptions options(const RegistryUnderTest& registry, milliseconds heartbeat) {
    return {.registry = registry.target(),
            .token_file = registry.token_file(),
            .ttl = std::max(kTtl, 3 * heartbeat),
            .heartbeat = heartbeat,
            .check_interval = heartbeat * 3 / 5,
            .wait = seconds{30},  // longer than any test: what is seen sooner was told, not asked for
            .doubt = seconds{3},  // a slow machine needs a while to announce everybody again
            .retry = milliseconds{20},
            .metrics = &metrics_};
  }

  discovery::CheckKind check_;
  std::uint16_t port_ = 0;
  telemetry::Metrics metrics_;
  boost::asio::io_context io_{1};
  http::Client http_{io_.get_executor(), {}};
  discovery::Client discovery_;
  http::Server server_{io_.get_executor(), page, {}};
};

using Ids = std::vector<std::string>;

class Discovery : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    log::configure("component-test", "", log::Level::off);
    if (GetParam().starts_with("built_in")) {
      registry = built_in_registry();
      return;
    }
    const auto consul = find_program("consul");
    if (!consul)
      GTEST_SKIP() << "SKIPPED: no consul on PATH (tools/peers fetches it): the real Consul is not tried";
    registry = consul_agent(*consul);
  }
  [[nodiscard]] static discovery::CheckKind check() {
    return GetParam().ends_with("https") ? discovery::CheckKind::https : discovery::CheckKind::ttl;
  }
  // Lets these nodes live until `watcher` sees exactly `ids`.
  static bool comes_to_see(Node& watcher, const Ids& ids, std::vector<Node*> alive, milliseconds limit) {
    return eventually(limit, [&] {
      for (Node* node : alive) node->turn();
      watcher.turn();
      return watcher.sees() == ids;
    });
  }

  std::unique_ptr<RegistryUnderTest> registry;
};

TEST_P(Discovery, AnInstanceIsSeenWithAllThatItSaysOfItselfAsSoonAsItIsAnnounced) {
  Node watcher(*registry);
  Node orders(*registry, check());
  ASSERT_TRUE(comes_to_see(watcher, {}, {}, seconds{2}));
  for (int i = 0; i < 40; ++i) watcher.turn();  // its blocking query waits at the registry
  orders.announce("orders-1");
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1"}, {&orders}, seconds{3}));
  const auto instances = watcher.client().find("orders-service");
  const discovery::Instance& seen = instances->front();
  EXPECT_EQ(seen.address, "127.0.0.1");
  EXPECT_EQ(seen.port, orders.port());
  EXPECT_EQ(seen.tags, Ids{"blue"});
  EXPECT_EQ(seen.meta.at("role"), "orders");
  EXPECT_EQ(seen.meta.at("version"), "1.2.3");
  EXPECT_TRUE(watcher.client().knows("orders-service"));
  EXPECT_TRUE(watcher.client().is_connected());
  EXPECT_TRUE(eventually(seconds{1}, [&orders] {
    orders.turn();
    return orders.client().is_registered();
  }));
  orders.stop();
  watcher.stop();
}

TEST_P(Discovery, AnInstanceThatIsNotReadyAtItsStartIsSeenAsSoonAsItIs) {
  Node watcher(*registry);
  const seconds heartbeat{20};  // what is seen sooner did not wait for one, or for a check
  Node orders(*registry, check(), heartbeat);
  orders.page.is_ready = false;
  orders.announce("orders-1");
  for (int i = 0; i < 40; ++i) {
    orders.turn();
    watcher.turn();
  }
  EXPECT_TRUE(watcher.sees().empty());
  EXPECT_FALSE(orders.client().is_passing());
  orders.page.is_ready = true;
  EXPECT_TRUE(comes_to_see(watcher, {"orders-1"}, {&orders}, seconds{3}));
  EXPECT_TRUE(eventually(seconds{1}, [&orders] {  // the registry's answer
    orders.turn();
    return orders.client().is_passing();
  }));
  orders.stop();
  watcher.stop();
}

TEST_P(Discovery, TwoInstancesAreListedAndOneThatStopsLeavesAtOnce) {
  Node watcher(*registry);
  Node first(*registry, check());
  Node second(*registry, check());
  first.announce("orders-1");
  second.announce("orders-2");
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&first, &second}, seconds{5}));
  first.stop();
  EXPECT_TRUE(comes_to_see(watcher, {"orders-2"}, {&second}, kTtl / 2)) << "faster than its time to live";
  second.stop();
  EXPECT_TRUE(comes_to_see(watcher, {}, {}, kTtl / 2));
  watcher.stop();
}

TEST_P(Discovery, AnInstanceThatFallsSilentLeavesAndMayComeBack) {
  Node watcher(*registry);
  Node silent(*registry, check());
  Node alive(*registry, check());
  silent.announce("orders-1");
  alive.announce("orders-2");
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&silent, &alive}, seconds{5}));
  // While it speaks, or answers, it stays listed for longer than its time to live.
  EXPECT_FALSE(comes_to_see(watcher, {"orders-2"}, {&silent, &alive}, kTtl * 2));
  EXPECT_EQ(watcher.sees(), (Ids{"orders-1", "orders-2"}));

  ASSERT_TRUE(comes_to_see(watcher, {"orders-2"}, {&alive}, kNoticed));
  EXPECT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&silent, &alive}, kNoticed));
  silent.stop();
  alive.stop();
  watcher.stop();
}

TEST_P(Discovery, AnInstanceThatIsNotReadyIsNotListed) {
  Node watcher(*registry);
  Node orders(*registry, check());
  orders.announce("orders-1");
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1"}, {&orders}, seconds{5}));
  orders.page.is_ready = false;
  EXPECT_TRUE(comes_to_see(watcher, {}, {&orders}, kNoticed));
  orders.page.is_ready = true;
  EXPECT_TRUE(comes_to_see(watcher, {"orders-1"}, {&orders}, kNoticed));
  if (check() == discovery::CheckKind::https)
    EXPECT_EQ(orders.page.was_asked_by, "/health/ready") << "by somebody with a certificate";
  orders.stop();
  watcher.stop();
}

TEST_P(Discovery, MaintenanceTakesAnInstanceOutOfTheListUntilItEnds) {
  Node watcher(*registry);
  Node first(*registry, check());
  Node second(*registry, check());
  first.announce("orders-1");
  second.announce("orders-2");
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&first, &second}, seconds{5}));
  ASSERT_TRUE(watcher.set_maintenance("orders-1", discovery::Maintenance::on));
  EXPECT_TRUE(comes_to_see(watcher, {"orders-2"}, {&first, &second}, seconds{2}));
  // It goes on to say that it is well, and that changes nothing.
  EXPECT_FALSE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&first, &second}, kTtl));
  ASSERT_TRUE(watcher.set_maintenance("orders-1", discovery::Maintenance::off));
  EXPECT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&first, &second}, seconds{2}));
  const auto unknown = watcher.set_maintenance("orders-9", discovery::Maintenance::on);
  EXPECT_EQ(unknown.error().kind, ErrorKind::not_found) << unknown.error().detail;
  first.stop();
  second.stop();
  watcher.stop();
}

TEST_P(Discovery, WhileTheRegistryIsGoneTheLastKnownListStaysAndAfterwardsAllAreAnnouncedAgain) {
  Node watcher(*registry);
  Node orders(*registry, check());
  orders.announce("orders-1");
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1"}, {&orders}, seconds{5}));
  EXPECT_EQ(watcher.stale_lists(), 0);

  registry->stop();
  EXPECT_FALSE(comes_to_see(watcher, {}, {&orders}, kTtl * 2)) << "the list was lost with the registry";
  EXPECT_FALSE(watcher.client().is_connected());
  EXPECT_EQ(watcher.stale_lists(), 1);

  registry->start();  // it has forgotten everything
  EXPECT_TRUE(eventually(seconds{5}, [&] {
    orders.turn();
    watcher.turn();
    EXPECT_EQ(watcher.sees(), Ids{"orders-1"});
    return watcher.stale_lists() == 0 && watcher.client().is_connected() && orders.client().is_registered();
  }));
  Node newcomer(*registry);
  EXPECT_TRUE(comes_to_see(newcomer, {"orders-1"}, {&orders, &watcher}, seconds{5}))
      << "the registry has heard of it again";
  // From the new registry's index on, changes are told again.
  orders.stop();
  EXPECT_TRUE(comes_to_see(watcher, {}, {}, kNoticed));
  newcomer.stop();
  watcher.stop();
}

// The built-in registry knows roles by their certificates, and no tokens.
class DiscoveryWithTokens : public Discovery {};

TEST_P(DiscoveryWithTokens, ATokenThatWasReplacedIsReadAgain) {
  const auto right = registry->token_file();
  std::string token;
  std::ifstream(right) >> token;
  std::ofstream(right) << "11111111-2222-3333-4444-555555555555\n";
  Node orders(*registry, check());
  Node watcher(*registry);
  orders.announce("orders-1");
  EXPECT_FALSE(eventually(milliseconds{500}, [&] {
    orders.turn();
    return orders.client().is_registered();
  }));
  EXPECT_TRUE(orders.client().is_connected()) << "it is answered, with no";
  std::ofstream(right) << token << '\n';
  EXPECT_TRUE(comes_to_see(watcher, {"orders-1"}, {&orders}, seconds{5}));
  orders.stop();
  watcher.stop();
}

INSTANTIATE_TEST_SUITE_P(, DiscoveryWithTokens, testing::Values("consul_ttl", "consul_https"),
                         [](const auto& registry) { return std::string(registry.param); });
INSTANTIATE_TEST_SUITE_P(, Discovery,
                         testing::Values("built_in_ttl", "built_in_https", "consul_ttl", "consul_https"),
                         [](const auto& registry) { return std::string(registry.param); });

TEST(BuiltInRegistry, MaintenanceOutlivesARestart) {
  log::configure("component-test", "", log::Level::off);
  const auto registry = built_in_registry();
  Node watcher(*registry);
  Node orders(*registry);
  orders.announce("orders-1");
  const auto both_turn_until = [&](const Ids& ids) {
    return eventually(seconds{5}, [&] {
      orders.turn();
      watcher.turn();
      return watcher.sees() == ids;
    });
  };
  ASSERT_TRUE(both_turn_until({"orders-1"}));
  ASSERT_TRUE(watcher.set_maintenance("orders-1", discovery::Maintenance::on));
  ASSERT_TRUE(both_turn_until({}));
  const auto notes = registry->directory() / "data" / "maintenance.json";
  ASSERT_TRUE(eventually(seconds{2}, [&] { return std::filesystem::exists(notes); }));
  registry->restart();
  Node newcomer(*registry);
  EXPECT_FALSE(eventually(kTtl * 2, [&] {
    orders.turn();
    newcomer.turn();
    return !newcomer.sees().empty();
  }));
  EXPECT_TRUE(orders.client().is_registered());
  orders.stop();
  watcher.stop();
  newcomer.stop();
}

}  // namespace
}  // namespace gatehouse::tests
