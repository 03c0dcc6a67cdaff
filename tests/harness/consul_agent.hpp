// A real Consul as a development agent: HTTPS only, client certificates required, access control on and
// closed by default. Nothing on disk: stopped, it has forgotten everything.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/harness/process.hpp"

namespace gatehouse::tests {

struct ConsulSettings {
  std::filesystem::path program;
  std::filesystem::path pki;    // a data directory with a PKI: the agent gets a leaf of the role consul
  std::filesystem::path state;  // for its configuration and certificate
  std::string rules;            // of the one token, in Consul's language
};

class ConsulAgent {
 public:
  // Returns when the token is good; throws std::runtime_error otherwise.
  explicit ConsulAgent(ConsulSettings settings);

  void start();  // at the same port
  void stop() { process_.reset(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path token_file() const { return settings_.state / "consul_token"; }

 private:
  void write_configuration() const;
  void allow() const;

  ConsulSettings settings_;
  std::uint16_t port_ = free_port();
  std::unique_ptr<Process> process_;
};

// What the roles of a platform need: to announce themselves, and to read who else there is.
inline constexpr std::string_view kPlatformRules =
    R"(service_prefix "" { policy = "write" } node_prefix "" { policy = "read" })";

}  // namespace gatehouse::tests
