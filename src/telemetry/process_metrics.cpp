// What the kernel knows of this process, under the names that every client library of Prometheus uses.
#include <dirent.h>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

#include "core/text.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::telemetry {
namespace {

std::string content_of(const char* path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

double number_in(std::string_view text, std::size_t field) {
  const auto fields = core::split(text, ' ');
  if (field >= fields.size()) return 0;
  return static_cast<double>(core::parse_int<std::int64_t>(fields[field]).value_or(0));
}

double resident_bytes() {
  return number_in(content_of("/proc/self/statm"), 1) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_descriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  double count = -3;  // ".", ".." and the directory itself
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

// Seconds since 1970: boot time plus field 22 of /proc/self/stat (proc(5)), in clock ticks.
double start_time() {
  const std::string stat = content_of("/proc/self/stat");
  const std::size_t name_end = stat.rfind(')');  // the command name may hold spaces and parentheses
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return 0;
  const double ticks = number_in(std::string_view(stat).substr(name_end + 2), 19);
  double boot = 0;
  const std::string system = content_of("/proc/stat");
  for (const std::string_view line : core::split(system, '\n')) {
    if (line.starts_with("btime ")) boot = number_in(line, 1);
  }
  return boot + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double descriptors_max() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void measure_process(Metrics& shard) {
  static const double kStarted = start_time();
  shard.gauge("process_resident_memory_bytes", "Resident memory size in bytes").set(resident_bytes());
  shard.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds")
      .add(cpu_seconds());
  shard.gauge("process_open_fds", "Number of open file descriptors").set(open_descriptors());
  shard.gauge("process_max_fds", "Maximum number of open file descriptors").set(descriptors_max());
  shard.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds")
      .set(kStarted);
}

}  // namespace gatehouse::telemetry
