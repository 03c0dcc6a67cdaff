// Metrics as text for Prometheus: the shards summed, and what the kernel knows of this process.
#include <dirent.h>
#include <fstream>
#include <limits>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "core/text.hpp"
#include "telemetry/metrics_state.hpp"

namespace gatehouse::telemetry {

class Exposition {
 public:
  void add(const Metrics& shard) {
    const std::scoped_lock lock(shard.state_->mutex);
    for (const auto& [name, family] : shard.state_->families) {
      Merged& merged = families_[name];
      if (merged.help.empty()) merged.help = family.help;
      merged.type = family.type;
      for (const auto& [labels, series] : family.series) {
        std::visit([&](const auto& handle) { sum(merged.series[labels], handle); }, series);
      }
    }
  }

  [[nodiscard]] std::string text() const {
    std::vector<prometheus::MetricFamily> families;
    for (const auto& [name, merged] : families_) {
      auto& family = families.emplace_back();
      family.name = name;
      family.help = merged.help;
      family.type = type_of(merged.type);
      for (const auto& [labels, value] : merged.series) {
        auto& metric = family.metric.emplace_back(value);
        for (const auto& [label, text] : labels) metric.label.push_back({label, text});
      }
    }
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
  struct Merged {
    MetricType type = MetricType::counter;
    std::string help;
    std::map<Labels, prometheus::ClientMetric> series;
  };

  static prometheus::MetricType type_of(MetricType type) {
    switch (type) {
      case MetricType::counter:
        return prometheus::MetricType::Counter;
      case MetricType::gauge:
        return prometheus::MetricType::Gauge;
      case MetricType::histogram:
        break;
    }
    return prometheus::MetricType::Histogram;
  }

  static void sum(prometheus::ClientMetric& into, const Counter& counter) {
    into.counter.value += counter.value();
  }
  static void sum(prometheus::ClientMetric& into, const Gauge& gauge) { into.gauge.value += gauge.value(); }
  static void sum(prometheus::ClientMetric& into, const Histogram& histogram) {
    auto& total = into.histogram;
    if (total.bucket.empty()) {
      for (const double bound : histogram.bounds()) total.bucket.push_back({0, bound});
      total.bucket.push_back({0, std::numeric_limits<double>::infinity()});
    }
    // Counted from the buckets, so that _count and the +Inf bucket agree whatever happens meanwhile.
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < total.bucket.size() && i <= histogram.bounds().size(); ++i) {
      cumulative += histogram.count_of(i);
      total.bucket[i].cumulative_count += cumulative;
    }
    total.sample_count += cumulative;
    total.sample_sum += histogram.sum();
  }

  std::map<std::string, Merged> families_;
};

std::string render(std::span<const Metrics* const> shards) {
  Exposition exposition;
  for (const Metrics* shard : shards) exposition.add(*shard);
  return exposition.text();
}

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

std::string render_process() {
  static const double started = start_time();
  Metrics process;
  process.gauge("process_resident_memory_bytes", "Resident memory size in bytes").set(resident_bytes());
  process.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds")
      .add(cpu_seconds());
  process.gauge("process_open_fds", "Number of open file descriptors").set(open_descriptors());
  process.gauge("process_max_fds", "Maximum number of open file descriptors").set(descriptors_max());
  process.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds")
      .set(started);
  const Metrics* const shards[] = {&process};
  return render(shards);
}

}  // namespace gatehouse::telemetry
