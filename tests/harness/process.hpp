// A child process of a test: started with its output kept, waited for with a limit, never left behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "storage/test_peers/ports.hpp"

namespace gatehouse::tests {

struct Command {
  std::vector<std::string> words;  // the program, found on PATH, and its arguments
  std::optional<uid_t> user;       // root may run it as somebody else
};

struct Outcome {
  int code = -1;       // exit code; 128 + signal if it was killed
  std::string output;  // standard output and error, in order
  bool is_timeout = false;
};

class Process {
 public:
  // Throws std::runtime_error if it cannot be started. It dies with the thread that started it.
  explicit Process(const Command& command);
  Process(Process&&) noexcept;
  Process(const Process&) = delete;
  ~Process();  // SIGKILL

  [[nodiscard]] pid_t pid() const { return pid_; }
  void kill(int signal);
  // Waits for its end; after the limit it is killed.
  Outcome wait(std::chrono::milliseconds limit);
  // What it wrote so far.
  [[nodiscard]] std::string output() const;

 private:
  pid_t pid_ = -1;
  int output_ = -1;  // an unnamed file: a pipe could fill up and block the child
};

[[nodiscard]] Outcome run(const Command& command, std::chrono::milliseconds limit = std::chrono::seconds{30});

// The whole path of a program on PATH, if there is one.
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name);

using storage::test_peers::free_port;
using storage::test_peers::free_ports;

// A directory of the test's own, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Looks every 20 ms until `holds()`; false after the limit.
template <class Holds>
[[nodiscard]] bool eventually(std::chrono::milliseconds limit, Holds holds);

void pause(std::chrono::milliseconds);

}  // namespace gatehouse::tests

template <class Holds>
bool gatehouse::tests::eventually(std::chrono::milliseconds limit, Holds holds) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    pause(std::chrono::milliseconds{20});
  }
  return true;
}
