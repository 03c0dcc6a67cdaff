#include "supervisor/process_usage.hpp"

#include <fstream>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::supervisor {

namespace {

std::uint64_t memory_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  for (std::string word; file >> word;) {
    std::uint64_t kib = 0;
    if (word == "Pss:" && file >> kib) return kib * 1024;
  }
  return 0;
}

}  // namespace

ProcessUsage usage_of(std::int64_t pid) {
  ProcessUsage usage{.memory = memory_of(pid)};
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(stat, text);
  const auto after_name = text.rfind(')');
  if (after_name == std::string::npos) return usage;
  const auto fields = core::split(std::string_view(text).substr(after_name + 2), ' ');
  if (fields.size() < 13) return usage;
  const auto ticks = core::parse_int<std::uint64_t>(fields[11]).value_or(0) +
                     core::parse_int<std::uint64_t>(fields[12]).value_or(0);
  usage.cpu_seconds = static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return usage;
}

}  // namespace gatehouse::supervisor
