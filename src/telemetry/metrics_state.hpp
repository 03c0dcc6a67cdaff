// What a Metrics shard holds: for metrics.cpp, which fills it, and exposition.cpp, which reads it.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <variant>

#include "telemetry/metrics.hpp"

namespace gatehouse::telemetry {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

struct Family {
  MetricType type;
  std::string help;
  std::map<Labels, std::variant<Counter, Gauge, Histogram>> series;  // nodes stay where they are
};

struct Metrics::State {
  Family& family(std::string_view name, std::string_view help, MetricType type);

  MetricsLimits limits;
  mutable std::mutex mutex;  // registration and rendering; never an update
  std::map<std::string, Family, std::less<>> families;
};

}  // namespace gatehouse::telemetry
