#include "tests/component/registries.hpp"

#include <fstream>
#include <optional>
#include <stdexcept>

#include "demo/user_agent.hpp"
#include "supervisor/pki.hpp"
#include "tests/harness/consul_agent.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {

namespace {

using std::chrono::seconds;

constexpr std::string_view kOrdersRules =
    R"(service "orders-service" { policy = "write" } service_prefix "" { policy = "read" } )"
    R"(node_prefix "" { policy = "read" })";

// In a process of its own, which starts anew: a fork of this one, with its threads, would go on with whatever
// locks they held.
class BuiltIn final : public RegistryUnderTest {
 public:
  BuiltIn() {
    std::filesystem::create_directories(directory() / "data");
    std::ofstream(config_file()) << json::serialize(config());
    start();
  }

  void start() override {
    process_.emplace(Command{.words = {executable(), "registry", "--config", config_file()}, .user = {}});
    wait_until_ready();
  }
  void stop() override { process_.reset(); }
  [[nodiscard]] std::filesystem::path token_file() const override { return {}; }

 private:
  [[nodiscard]] std::string config_file() const { return directory() / "registry.json"; }
  [[nodiscard]] json::object config() const {
    const auto tls = identity("registry") / "tls";
    return {{"role", "registry"},
            {"instance", "registry-1"},
            {"listen", {{"address", "127.0.0.1"}, {"port", port_}}},
            {"data_dir", (directory() / "data").string()},
            {"tls",
             {{"certificate", (tls / "cert.pem").string()},
              {"key", (tls / "key.pem").string()},
              {"ca", ca().string()}}},
            {"log_level", "error"}};
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  std::uint16_t port_ = free_port();
  std::optional<Process> process_;
};

class Consul final : public RegistryUnderTest {
 public:
  explicit Consul(const std::filesystem::path& program)
      : agent_({.program = program,
                .pki = directory(),
                .state = directory() / "consul",
                .rules = std::string(kOrdersRules)}) {}
  void start() override { agent_.start(); }
  void stop() override { agent_.stop(); }
  [[nodiscard]] std::filesystem::path token_file() const override { return agent_.token_file(); }

 private:
  [[nodiscard]] std::uint16_t port() const override { return agent_.port(); }

  ConsulAgent agent_;
};

}  // namespace

RegistryUnderTest::RegistryUnderTest() {
  const auto now = core::SystemClock().now();
  if (!supervisor::ensure_pki(directory(), now)) throw std::runtime_error("no PKI");
  for (const auto* role : {"registry", "orders"}) {
    std::filesystem::create_directories(identity(role));
    if (!supervisor::issue_role_leaf(directory(), role, identity(role), {role}, now))
      throw std::runtime_error("no leaf");
  }
}

void RegistryUnderTest::restart() {
  stop();
  start();
}

std::filesystem::path RegistryUnderTest::identity(std::string_view role) const {
  return directory() / role;
}

std::filesystem::path RegistryUnderTest::ca() const {
  return directory() / "pki" / "ca.pem";
}

http::Target RegistryUnderTest::target() const {
  return demo::https_target(ca(), port(), identity("orders")).value();
}

void RegistryUnderTest::wait_until_ready() const {
  demo::UserAgent agent(target(), {});
  const bool is_ready = eventually(seconds{15}, [&agent] {
    const auto leader = agent.send(demo::get("/v1/status/leader"));
    return leader && leader->status == 200 && leader->content.size() > 2;
  });
  if (!is_ready) throw std::runtime_error("the registry does not become ready");
}

std::unique_ptr<RegistryUnderTest> built_in_registry() {
  return std::make_unique<BuiltIn>();
}

std::unique_ptr<RegistryUnderTest> consul_agent(const std::filesystem::path& program) {
  return std::make_unique<Consul>(program);
}

}  // namespace gatehouse::tests
