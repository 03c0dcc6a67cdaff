#include "tests/component/registries.hpp"

#include <csignal>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "demo/user_agent.hpp"
#include "registry/registry.hpp"
#include "supervisor/pki.hpp"
#include "tests/harness/consul_agent.hpp"

namespace gatehouse::tests {

namespace {

using std::chrono::seconds;

constexpr std::string_view kOrdersRules =
    R"(service "orders-service" { policy = "write" } service_prefix "" { policy = "read" } )"
    R"(node_prefix "" { policy = "read" })";

class BuiltIn final : public RegistryUnderTest {
 public:
  BuiltIn() { start(); }
  ~BuiltIn() override { stop(); }

  void start() override {
    std::filesystem::create_directories(directory() / "data");
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::_exit(registry::run(config()));
    }
    wait_until_ready();
  }
  void stop() override {
    if (child_ < 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  [[nodiscard]] std::filesystem::path token_file() const override { return {}; }

 private:
  [[nodiscard]] service::Config config() const {
    service::Config config;
    config.role = "registry";
    config.instance = "registry-1";
    config.port = port();
    config.data_dir = directory() / "data";
    config.tls = {.certificate = identity("registry") / "tls" / "cert.pem",
                  .key = identity("registry") / "tls" / "key.pem",
                  .ca = ca()};
    config.log_level = "error";
    return config;
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  std::uint16_t port_ = free_port();
  pid_t child_ = -1;
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
