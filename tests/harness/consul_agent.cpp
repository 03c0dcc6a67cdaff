#include "tests/harness/consul_agent.hpp"

#include <fstream>
#include <stdexcept>

#include "demo/user_agent.hpp"
#include "supervisor/pki.hpp"

namespace gatehouse::tests {

namespace {

using std::chrono::seconds;

constexpr std::string_view kMasterToken = "0f3c5f2e-6b0a-4b57-9d9e-0d5a8a0c1f11";
constexpr std::string_view kOurToken = "7a1de2c4-93fb-4a36-8a39-5b1f6f0f2d22";

}  // namespace

ConsulAgent::ConsulAgent(ConsulSettings settings) : settings_(std::move(settings)) {
  const auto now = core::SystemClock().now();
  std::filesystem::create_directories(settings_.state);
  const auto leaf =
      supervisor::issue_role_leaf(settings_.pki, "consul", settings_.state, {"server.dc1.consul"}, now);
  if (!leaf) throw std::runtime_error("no certificate for Consul: " + leaf.error().detail);
  write_configuration();
  start();
  std::ofstream(token_file()) << kOurToken << '\n';
}

void ConsulAgent::start() {
  process_ = std::make_unique<Process>(Command{
      .words = {settings_.program.string(), "agent", "-dev", "-config-file",
                (settings_.state / "consul.json").string(), "-disable-host-node-id", "-log-level", "warn"},
      .user = {}});
  allow();
}

void ConsulAgent::write_configuration() const {
  const auto tls = settings_.state / "tls";
  const json::object configuration{
      {"bind_addr", "127.0.0.1"},
      {"ports",
       {{"http", -1},
        {"https", port_},
        {"dns", -1},
        {"grpc", -1},
        {"server", free_port()},
        {"serf_lan", free_port()},
        {"serf_wan", free_port()}}},
      {"ca_file", (settings_.pki / "pki" / "ca.pem").string()},
      {"cert_file", (tls / "cert.pem").string()},
      {"key_file", (tls / "key.pem").string()},
      {"verify_incoming", true},
      {"verify_outgoing", true},
      // Its HTTPS checks present this certificate, and expect this name of whom they ask.
      {"enable_agent_tls_for_checks", true},
      {"server_name", "localhost"},
      {"acl",
       {{"enabled", true},
        {"default_policy", "deny"},
        {"tokens", {{"master", kMasterToken}, {"agent", kMasterToken}}}}}};
  std::ofstream(settings_.state / "consul.json") << json::serialize(configuration);
}

void ConsulAgent::allow() const {
  demo::UserAgent agent(demo::https_target(settings_.pki / "pki" / "ca.pem", port_, settings_.state).value(),
                        {});
  const auto put = [&agent](std::string path, const json::object& body) {
    http::Request request;
    request.method = "PUT";
    request.target = std::move(path);
    request.headers.add("X-Consul-Token", kMasterToken);
    request.content = json::serialize(body);
    const auto reply = agent.send(std::move(request));
    return reply && reply->status == 200;
  };
  const bool is_allowed = eventually(seconds{15}, [&] {
    (void)put("/v1/acl/policy", {{"Name", "ours"}, {"Rules", settings_.rules}});
    return put("/v1/acl/token",
               {{"SecretID", kOurToken}, {"Policies", json::array{json::object{{"Name", "ours"}}}}});
  });
  if (!is_allowed) throw std::runtime_error("Consul does not take our token: " + process_->output());
}

}  // namespace gatehouse::tests
