// The one discovery client against the built-in registry and against a real Consul: the same test, twice.
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "demo/user_agent.hpp"
#include "discovery/client.hpp"
#include "registry/registry.hpp"
#include "supervisor/pki.hpp"
#include "supervisor/platform.hpp"
#include "telemetry/log.hpp"
#include "tests/harness/process.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTtl{1'000};

class RegistryUnderTest {
 public:
  virtual ~RegistryUnderTest() = default;
  [[nodiscard]] virtual http::Target target() const = 0;

 protected:
  void wait_until_ready() const {
    demo::UserAgent agent(target(), {});
    const bool is_ready = eventually(seconds{15}, [&agent] {
      const auto leader = agent.send(demo::get("/v1/status/leader"));
      return leader && leader->status == 200 && leader->content.size() > 2;
    });
    if (!is_ready) throw std::runtime_error("the registry does not become ready");
  }
};

// The role as `gatehouse registry` runs it, in a process of its own, over mutual TLS.
class BuiltIn final : public RegistryUnderTest {
 public:
  BuiltIn() {
    const auto now = core::SystemClock().now();
    const auto& data = directory_.path();
    if (!supervisor::ensure_pki(data, now)) throw std::runtime_error("no PKI");
    for (const auto* role : {"registry", "orders"}) {
      std::filesystem::create_directories(data / role);
      if (!supervisor::issue_role_leaf(data, role, data / role, {role}, now))
        throw std::runtime_error("no leaf");
    }
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::_exit(registry::run(config()));
    }
    wait_until_ready();
  }
  ~BuiltIn() override {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
  }
  [[nodiscard]] http::Target target() const override {
    return demo::https_target(directory_.path() / "pki" / "ca.pem", port_, directory_.path() / "orders")
        .value();
  }

 private:
  [[nodiscard]] service::Config config() const {
    service::Config config;
    config.role = "registry";
    config.instance = "registry-1";
    config.port = port_;
    config.data_dir = directory_.path() / "registry";
    config.tls = {.certificate = directory_.path() / "registry" / "tls" / "cert.pem",
                  .key = directory_.path() / "registry" / "tls" / "key.pem",
                  .ca = directory_.path() / "pki" / "ca.pem"};
    config.log_level = "error";
    return config;
  }

  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  pid_t child_ = -1;
};

// A development agent: the whole API, nothing on disk, clear text.
class Consul final : public RegistryUnderTest {
 public:
  explicit Consul(const std::filesystem::path& program) {
    const auto file = directory_.path() / "consul.json";
    const json::object config{{"bind_addr", "127.0.0.1"},
                              {"ports",
                               {{"http", port_},
                                {"https", -1},
                                {"dns", -1},
                                {"grpc", -1},
                                {"server", free_port()},
                                {"serf_lan", free_port()},
                                {"serf_wan", free_port()}}}};
    std::ofstream(file) << json::serialize(config);
    agent_ = std::make_unique<Process>(
        Command{.words = {program.string(), "agent", "-dev", "-config-file", file.string(),
                          "-disable-host-node-id", "-log-level", "warn"},
                .user = {}});
    wait_until_ready();
  }
  [[nodiscard]] http::Target target() const override { return {.host = "127.0.0.1", .port = port_}; }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::unique_ptr<Process> agent_;
};

// One process with a discovery client. It lives only while it is given turns: without them it is silent, as
// a process that hangs or was killed.
class Node {
 public:
  explicit Node(const RegistryUnderTest& registry)
      : discovery_(io_.get_executor(), http_, options(registry)) {}

  static discovery::ClientOptions options(const RegistryUnderTest& registry) {
    discovery::ClientOptions options;
    options.registry = registry.target();
    options.ttl = kTtl;
    options.heartbeat = kTtl / 3;
    options.wait = seconds{30};  // longer than any test: what is seen sooner was told, not asked for
    options.retry = milliseconds{20};
    return options;
  }
  void announce(std::string id, std::uint16_t port) {
    discovery_.register_instance({.id = std::move(id),
                                  .name = "orders-service",
                                  .address = "127.0.0.1",
                                  .port = port,
                                  .meta = {{"role", "orders"}}});
  }
  void turn() {
    if (io_.stopped()) io_.restart();
    io_.run_for(milliseconds{5});
  }
  void stop() { runtime::run_to_end(io_, discovery_.stop(Deadline::after(seconds{2}))); }
  [[nodiscard]] std::vector<std::string> sees() {
    std::vector<std::string> ids;
    const auto instances = discovery_.find("orders-service");
    for (const discovery::Instance& instance : *instances) ids.push_back(instance.id);
    return ids;
  }
  discovery::Client& client() { return discovery_; }

 private:
  boost::asio::io_context io_{1};
  http::Client http_{io_.get_executor(), {}};
  discovery::Client discovery_;
};

class Discovery : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    log::configure("component-test", "", log::Level::off);
    if (GetParam() == "built_in") {
      registry = std::make_unique<BuiltIn>();
      return;
    }
    const auto consul = find_program("consul");
    if (!consul)
      GTEST_SKIP() << "SKIPPED: no consul on PATH (tools/peers fetches it): the real Consul is not tried";
    registry = std::make_unique<Consul>(*consul);
  }
  // Lets these nodes live until `watcher` sees exactly `ids`.
  static bool comes_to_see(Node& watcher, std::vector<std::string> ids, std::vector<Node*> alive,
                           milliseconds limit) {
    return eventually(limit, [&] {
      for (Node* node : alive) node->turn();
      watcher.turn();
      return watcher.sees() == ids;
    });
  }

  std::unique_ptr<RegistryUnderTest> registry;
};

using Ids = std::vector<std::string>;

TEST_P(Discovery, AnInstanceIsSeenWithItsAddressAsSoonAsItIsAnnounced) {
  Node watcher(*registry);
  Node orders(*registry);
  ASSERT_TRUE(comes_to_see(watcher, {}, {}, seconds{2}));
  for (int i = 0; i < 40; ++i) watcher.turn();  // its blocking query waits at the registry
  orders.announce("orders-1", 5003);
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1"}, {&orders}, seconds{3}));
  const auto instances = watcher.client().find("orders-service");
  EXPECT_EQ(instances->front().address, "127.0.0.1");
  EXPECT_EQ(instances->front().port, 5003);
  EXPECT_EQ(instances->front().meta.at("role"), "orders");
  EXPECT_TRUE(watcher.client().knows("orders-service"));
  EXPECT_TRUE(watcher.client().is_connected());
  orders.stop();
  watcher.stop();
}

TEST_P(Discovery, TwoInstancesAreListedAndOneThatStopsLeavesAtOnce) {
  Node watcher(*registry);
  Node first(*registry);
  Node second(*registry);
  first.announce("orders-1", 5003);
  second.announce("orders-2", 5103);
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&first, &second}, seconds{5}));
  first.stop();
  EXPECT_TRUE(comes_to_see(watcher, {"orders-2"}, {&second}, kTtl / 2)) << "faster than its time to live";
  second.stop();
  EXPECT_TRUE(comes_to_see(watcher, {}, {}, kTtl / 2));
  watcher.stop();
}

TEST_P(Discovery, AnInstanceThatFallsSilentLeavesAfterItsTimeToLiveAndMayComeBack) {
  Node watcher(*registry);
  Node silent(*registry);
  Node alive(*registry);
  silent.announce("orders-1", 5003);
  alive.announce("orders-2", 5103);
  ASSERT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&silent, &alive}, seconds{5}));
  // Heartbeats keep it listed for longer than its time to live.
  EXPECT_FALSE(comes_to_see(watcher, {"orders-2"}, {&silent, &alive}, kTtl * 2));
  EXPECT_EQ(watcher.sees(), (Ids{"orders-1", "orders-2"}));

  const auto since = std::chrono::steady_clock::now();
  ASSERT_TRUE(comes_to_see(watcher, {"orders-2"}, {&alive}, kTtl + seconds{1}));
  EXPECT_GE(std::chrono::steady_clock::now() - since, kTtl / 2);
  EXPECT_TRUE(comes_to_see(watcher, {"orders-1", "orders-2"}, {&silent, &alive}, seconds{3}));
  silent.stop();
  alive.stop();
  watcher.stop();
}

INSTANTIATE_TEST_SUITE_P(, Discovery, testing::Values("built_in", "consul"),
                         [](const auto& registry) { return std::string(registry.param); });

}  // namespace
}  // namespace gatehouse::tests
