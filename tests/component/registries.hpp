// The registries that discovery is tried against, each a process of its own over mutual TLS, with
// certificates of one PKI: the built-in role, and a Consul agent with access control on.
#pragma once

#include <filesystem>
#include <memory>

#include "http/client.hpp"
#include "tests/harness/process.hpp"

namespace gatehouse::tests {

class RegistryUnderTest {
 public:
  RegistryUnderTest();
  virtual ~RegistryUnderTest() = default;

  // Loses what was registered; comes back at the same address, when it is ready.
  void restart();
  virtual void stop() = 0;
  virtual void start() = 0;

  // With the certificate of the role orders.
  [[nodiscard]] http::Target target() const;
  // A token that may announce orders-service and read everything; empty where there is no access control.
  [[nodiscard]] virtual std::filesystem::path token_file() const = 0;
  // <directory>/tls/{cert,key}.pem
  [[nodiscard]] std::filesystem::path identity(std::string_view role) const;
  [[nodiscard]] std::filesystem::path ca() const;
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

 protected:
  void wait_until_ready() const;
  [[nodiscard]] virtual std::uint16_t port() const = 0;

 private:
  TemporaryDirectory directory_;
};

[[nodiscard]] std::unique_ptr<RegistryUnderTest> built_in_registry();
[[nodiscard]] std::unique_ptr<RegistryUnderTest> consul_agent(const std::filesystem::path& program);

}  // namespace gatehouse::tests
