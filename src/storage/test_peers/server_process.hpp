// For tests: a server of somebody else's as a child process, with a directory and a free loopback port of its
// own. It dies with the test that started it, however that ends. Throws std::runtime_error if it does not
// start.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
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

#include "storage/test_peers/ports.hpp"

namespace gatehouse::storage::test_peers {

struct ServerCommand {
  std::vector<std::string> words;              // the program, found on PATH, and its arguments
  std::vector<std::string> environment = {};   // "NAME=value", added to ours
  std::string advice = {};                     // for the message when it does not start
  std::chrono::milliseconds patience{10'000};  // until it accepts a connection on port()
  std::function<void()> before_exec = {};      // in the child: to become somebody else
};

class ServerProcess {
 public:
  explicit ServerProcess(const std::string& name) {
    std::string pattern = "/tmp/gatehouse-" + name + "-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
    port_ = free_port();
  }
  ~ServerProcess() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] pid_t pid() const { return process_; }
  // Whether it runs; one that has ended by itself is put away.
  [[nodiscard]] bool is_running() {
    if (process_ > 0 && waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
    return process_ > 0;
  }

  // Starts it and waits until something accepts connections on port().
  void launch(ServerCommand command) {
    std::vector<char*> words = pointers(command.words);
    process_ = fork();
    if (process_ == 0) {
      for (std::string& variable : command.environment) putenv(variable.data());
      if (command.before_exec) command.before_exec();
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server behind
      execvp(words[0], words.data());
      _exit(127);
    }
    const auto end = std::chrono::steady_clock::now() + command.patience;
    while (std::chrono::steady_clock::now() < end) {
      if (accepts(port_)) return;
      int status = 0;
      if (waitpid(process_, &status, WNOHANG) == process_) {
        process_ = -1;
        break;
      }
      poll(nullptr, 0, 10);
    }
    kill();
    throw std::runtime_error(command.words.front() + " does not start: " + command.advice);
  }

  // At once, as a crash would.
  void kill() { end(SIGKILL); }
  // As an operator would.
  void stop() { end(SIGTERM); }
  // Connections stay, nothing is answered any more when this returns.
  void pause() {
    if (process_ <= 0) throw std::runtime_error("there is no server to pause");
    ::kill(process_, SIGSTOP);
    int status = 0;  // the signal is on its way only; all threads have to get it
    while (waitpid(process_, &status, WUNTRACED) < 0 && errno == EINTR) continue;
    if (!WIFSTOPPED(status)) throw std::runtime_error("the server could not be paused");
  }
  // Nothing if it does not run: kill(-1) would wake what other tests have paused, too.
  void resume() {
    if (process_ > 0) ::kill(process_, SIGCONT);
  }

  [[nodiscard]] static bool accepts(std::uint16_t port) {
    const int connecting = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(port);
    const bool connected = connect(connecting, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(connecting);
    return connected;
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  void end(int signal) {
    if (process_ <= 0) return;
    ::kill(process_, signal);
    waitpid(process_, nullptr, 0);
    process_ = -1;
  }

  std::filesystem::path directory_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace gatehouse::storage::test_peers
