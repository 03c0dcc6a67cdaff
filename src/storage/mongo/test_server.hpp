// For tests: a server of MongoDB's wire protocol of our own (FerretDB on SQLite, see tools/peers) on a free
// port, with TLS that asks for a client's certificate and a user whose password it knows by SCRAM-SHA-256.
// Throws if there is none to start.
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "storage/mongo/options.hpp"
#include "storage/test_peers/certificates.hpp"
#include "storage/test_peers/server_process.hpp"

namespace gatehouse::storage::mongo {

class TestServer {
 public:
  static constexpr const char* kPassword = "correct horse";

  explicit TestServer(core::SystemTime certificates_made = core::SystemClock{}.now())
      : certificates_(server_.directory(), certificates_made), shown_(certificates_.server) {
    launch();
  }
  // Under a root that others have as well.
  explicit TestServer(const crypto::IssuedCertificate& root)
      : certificates_(server_.directory(), root, core::SystemClock{}.now()), shown_(certificates_.server) {
    launch();
  }

  [[nodiscard]] static bool is_installed() {
    const char* path = std::getenv("PATH");
    std::stringstream directories(path == nullptr ? "" : path);
    for (std::string directory; std::getline(directories, directory, ':');) {
      if (std::filesystem::exists(directory + "/ferretdb")) return true;
    }
    return false;
  }

  [[nodiscard]] Options options(std::string database) const {
    Options options;
    options.hosts = {"localhost:" + std::to_string(server_.port())};
    options.database = std::move(database);
    options.user = "auth";
    options.password = Secret{kPassword};
    options.tls = {.ca = certificates_.ca, .certificate_and_key = certificates_.client.both};
    options.operation_timeout = std::chrono::milliseconds{10'000};  // machines with much to do
    return options;
  }

  [[nodiscard]] const test_peers::Certificates& certificates() const { return certificates_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return server_.directory(); }

  // At once, as a crash would.
  void kill() { server_.kill(); }
  // On the same port, with the data that it had.
  void restart() {
    kill();
    launch();
  }
  void restart_showing(const test_peers::CertificateFiles& certificate) {
    shown_ = certificate;
    restart();
  }
  // Connections stay, nothing is answered.
  void pause() { server_.pause(); }
  void resume() { server_.resume(); }

 private:
  void launch() {
    const std::filesystem::path data = server_.directory() / "data";
    std::filesystem::create_directories(data);
    std::vector<std::string> words{"ferretdb", "--handler=sqlite",
                                   "--sqlite-url=file:" + data.string() + "/"};
    words.insert(words.end(),
                 {"--state-dir=-", "--debug-addr=-", "--telemetry=disable", "--log-level=ERROR"});
    words.insert(words.end(), {"--listen-addr=", "--listen-tls=127.0.0.1:" + std::to_string(server_.port())});
    words.push_back("--listen-tls-ca-file=" + certificates_.ca.string());
    words.push_back("--listen-tls-cert-file=" + shown_.certificate.string());
    words.push_back("--listen-tls-key-file=" + shown_.key.string());
    words.insert(words.end(), {"--test-enable-new-auth", "--setup-database=admin", "--setup-username=auth"});
    words.push_back(std::string("--setup-password=") + kPassword);
    server_.launch({.words = std::move(words), .advice = "has tools/peers built it?"});
  }

  test_peers::ServerProcess server_{"ferretdb"};
  test_peers::Certificates certificates_;
  test_peers::CertificateFiles shown_;
};

}  // namespace gatehouse::storage::mongo
