// For tests: a redis-server of our own on a free port, with nothing kept on disk. Throws if there is none to
// start.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace gatehouse::storage::redis {

class TestServer {
 public:
  enum class Transport { clear, tls };
  // `options` as on the command line: {"--requirepass", "secret"}, or the certificate's files for TLS.
  explicit TestServer(std::vector<std::string> options = {}, Transport transport = Transport::clear)
      : options_(std::move(options)), transport_(transport) {
    char name[] = "/tmp/gatehouse-redis-XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
    port_ = free_port();
    launch();
  }
  ~TestServer() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  // At once, as a crash would.
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  // On the same port, empty.
  void restart() {
    kill();
    launch();
  }
  // Connections stay, nothing is answered.
  void pause() { ::kill(process_, SIGSTOP); }
  void resume() { ::kill(process_, SIGCONT); }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  static std::uint16_t free_port() {
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    bind(listening, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
    close(listening);
    return ntohs(address.sin_port);
  }

  [[nodiscard]] bool answers() const {
    const int connecting = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(port_);
    const bool connected = connect(connecting, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(connecting);
    return connected;
  }

  void launch() {
    const bool tls = transport_ == Transport::tls;
    const std::string port = std::to_string(port_);
    std::vector<std::string> words{"redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"};
    words.insert(words.end(), {"--port", tls ? "0" : port, "--tls-port", tls ? port : "0"});
    words.insert(words.end(),
                 {"--dir", directory_, "--loglevel", "warning", "--logfile", directory_ + "/log"});
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = fork();
    if (process_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server behind
      execvp(arguments[0], arguments.data());
      _exit(127);
    }
    for (int tries = 0; tries < 500; ++tries) {
      if (answers()) return;
      int status = 0;
      if (waitpid(process_, &status, WNOHANG) == process_) break;
      poll(nullptr, 0, 10);
    }
    process_ = -1;
    throw std::runtime_error("redis-server does not start: is the Debian package redis-server installed?");
  }

  std::vector<std::string> options_;
  Transport transport_;
  std::string directory_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace gatehouse::storage::redis
