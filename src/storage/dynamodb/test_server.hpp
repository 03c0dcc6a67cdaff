// For tests: npm's dynalite behind mutual TLS, with its data on disk. Fetched by tools/peers.
#pragma once

#include <filesystem>
#include <string>

#include "storage/test_peers/certificates.hpp"
#include "storage/test_peers/server_process.hpp"

namespace gatehouse::storage::dynamodb {

class TestServer {
 public:
  // Why it cannot be started here, or empty.
  [[nodiscard]] static std::string missing() {
    if (program().empty()) return "dynalite is not there: run tools/peers";
    return {};
  }

  // What the server shows: a certificate for localhost, the same after its time, or one for somebody else.
  enum class Shows { its_own, expired, of_another };

  explicit TestServer(Shows shows = Shows::its_own)
      : certificates_(server_.directory(), core::SystemClock().now()), shown_(certificates_.server) {
    const core::SystemTime now = core::SystemClock().now();
    const crypto::LeafRequest here{
        .common_name = "localhost", .dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}};
    const crypto::LeafRequest elsewhere{.common_name = "elsewhere", .dns_names = {"elsewhere.example"}};
    if (shows == Shows::expired)
      shown_ = certificates_.leaf(server_.directory(), "expired", here, now - std::chrono::days{1000});
    if (shows == Shows::of_another)
      shown_ = certificates_.leaf(server_.directory(), "elsewhere", elsewhere, now);
    launch();
  }
  // Under a root that others have as well.
  explicit TestServer(const crypto::IssuedCertificate& root)
      : certificates_(server_.directory(), root, core::SystemClock().now()), shown_(certificates_.server) {
    launch();
  }

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] pid_t pid() const { return server_.pid(); }
  [[nodiscard]] const std::filesystem::path& directory() const { return server_.directory(); }
  [[nodiscard]] const test_peers::Certificates& certificates() const { return certificates_; }
  [[nodiscard]] std::string endpoint(const std::string& host = "localhost") const {
    return "https://" + host + ":" + std::to_string(port());
  }

  // At once, as a crash would.
  void kill() { server_.kill(); }
  // After the requests that it has begun: cut off between the entry of an index and its item, it would lose
  // one of them, which DynamoDB does not do.
  void stop() { server_.stop(); }
  // On the same port, with the data it had.
  void restart() {
    kill();
    launch();
  }
  void launch() {
    server_.launch({.words = {program(), std::to_string(port()), (server_.directory() / "data").string(),
                              shown_.certificate.string(), shown_.key.string(), certificates_.ca.string()},
                    .advice = "does node run here, and has tools/peers fetched dynalite?"});
  }
  void pause() { server_.pause(); }
  void resume() { server_.resume(); }

 private:
  // build/peers/bin is on PATH in ctest; a test that is run by hand looks there as well.
  static std::string program() {
    const char* path = std::getenv("PATH");
    std::string rest = path == nullptr ? "" : path;
    rest += ":build/peers/bin";
    while (!rest.empty()) {
      const auto end = std::min(rest.find(':'), rest.size());
      const auto candidate = std::filesystem::path(rest.substr(0, end)) / "dynalite-tls";
      if (std::filesystem::exists(candidate)) return candidate.string();
      rest.erase(0, end + 1);
    }
    return {};
  }

  test_peers::ServerProcess server_{"dynalite"};
  test_peers::Certificates certificates_;
  test_peers::CertificateFiles shown_;
};

}  // namespace gatehouse::storage::dynamodb
