// One child process: started with its own file for output and a pipe on which it says "ready" or why it
// cannot start.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "core/result.hpp"

namespace gatehouse::supervisor {

struct ChildCommand {
  std::vector<std::string> arguments;  // after the program itself
  std::filesystem::path output_file;   // stdout and stderr are appended to it
  std::vector<std::string> variables;  // of our environment, beside the few that every child gets
};

class Child {
 public:
  // Runs this very program with other arguments. The child ends with SIGTERM when we die, however we die.
  static Result<Child> start(const ChildCommand& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int ready_descriptor() const { return ready_; }  // -1 once it has spoken or closed

  // What the child said, if it said something: "ready", or "error …". Reads without blocking.
  [[nodiscard]] std::optional<std::string> hear();
  void signal(int number) const;
  // Its wait status, once it has ended.
  [[nodiscard]] std::optional<int> reap();

 private:
  Child(pid_t pid, int ready) : pid_(pid), ready_(ready) {}
  void close_ready();

  pid_t pid_ = -1;
  int ready_ = -1;
  std::string heard_;
};

}  // namespace gatehouse::supervisor
