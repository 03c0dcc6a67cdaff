#include "bench/services/cpu_time.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::bench {
namespace {

// A child may end between two looks: then its time is its parent's.
double own_ticks(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream rest(text.substr(name_end + 1));
  std::string word;
  double ticks = 0;
  for (int field = 3; field <= 17 && rest >> word; ++field) ticks += field < 14 ? 0 : std::stod(word);
  return ticks;
}

double ticks_with_children(pid_t pid) {
  double ticks = own_ticks(pid);
  const std::string tasks = fmt::format("/proc/{}/task", pid);
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) ticks += ticks_with_children(child);
  }
  return ticks;
}

}  // namespace

double cpu_seconds(pid_t pid) {
  return pid == 0 ? 0 : ticks_with_children(pid) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace gatehouse::bench
