// Metrics with the shards summed: what an exposition is written from.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <prometheus/client_metric.h>

#include "telemetry/metrics_state.hpp"

namespace gatehouse::telemetry {

struct MergedSeries {
  prometheus::ClientMetric value;
  std::vector<std::optional<Exemplar>> exemplars;  // of a histogram, by bucket
};

struct MergedFamily {
  MetricType type = MetricType::counter;
  std::string help;
  std::map<Labels, MergedSeries> series;
};

using MergedFamilies = std::map<std::string, MergedFamily>;

// OpenMetrics 1.0.0, section 3.2: the text format.
[[nodiscard]] std::string open_metrics_text(const MergedFamilies& families);

}  // namespace gatehouse::telemetry
