// For tests: a redis-server of our own on a free port, with nothing kept on disk. Throws if there is none to
// start.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "storage/test_peers/server_process.hpp"

namespace gatehouse::storage::redis {

class TestServer {
 public:
  enum class Transport { clear, tls };
  // `options` as on the command line: {"--requirepass", "secret"}, or the certificate's files for TLS.
  explicit TestServer(std::vector<std::string> options = {}, Transport transport = Transport::clear)
      : options_(std::move(options)), transport_(transport) {
    launch();
  }

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] const std::filesystem::path& directory() const { return server_.directory(); }

  // At once, as a crash would.
  void kill() { server_.kill(); }
  // On the same port, empty.
  void restart() {
    kill();
    launch();
  }
  // Connections stay, nothing is answered.
  void pause() { server_.pause(); }
  void resume() { server_.resume(); }

 private:
  void launch() {
    const bool tls = transport_ == Transport::tls;
    const std::string port = std::to_string(server_.port());
    const std::string directory = server_.directory().string();
    std::vector<std::string> words{"redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"};
    words.insert(words.end(), {"--port", tls ? "0" : port, "--tls-port", tls ? port : "0"});
    words.insert(words.end(), {"--dir", directory, "--loglevel", "warning", "--logfile", directory + "/log"});
    words.insert(words.end(), options_.begin(), options_.end());
    server_.launch({.words = std::move(words), .advice = "is the Debian package redis-server installed?"});
  }

  std::vector<std::string> options_;
  Transport transport_;
  test_peers::ServerProcess server_{"redis"};
};

}  // namespace gatehouse::storage::redis
