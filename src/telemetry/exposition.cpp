// Metrics as text for Prometheus, the shards summed.
#include <algorithm>
#include <limits>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "core/text.hpp"
#include "telemetry/merged_families.hpp"

namespace gatehouse::telemetry {

class Exposition {
 public:
  void add(const Metrics& shard) {
    const std::scoped_lock lock(shard.state_->mutex);
    for (const auto& [name, family] : shard.state_->families) {
      MergedFamily& merged = families_[name];
      if (merged.help.empty()) merged.help = family.help;
      merged.type = family.type;
      for (const auto& [labels, series] : family.series) {
        std::visit([&](const auto& handle) { sum(merged.series[labels], handle); }, series);
      }
    }
  }

  [[nodiscard]] std::string text(ExpositionFormat format) const {
    if (format == ExpositionFormat::open_metrics) return open_metrics_text(families_);
    std::vector<prometheus::MetricFamily> families;
    for (const auto& [name, merged] : families_) {
      auto& family = families.emplace_back();
      family.name = name;
      family.help = merged.help;
      family.type = type_of(merged.type);
      for (const auto& [labels, series] : merged.series) {
        auto& metric = family.metric.emplace_back(series.value);
        for (const auto& [label, text] : labels) metric.label.push_back({label, text});
      }
    }
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
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

  static void sum(MergedSeries& into, const Counter& counter) { into.value.counter.value += counter.value(); }
  static void sum(MergedSeries& into, const Gauge& gauge) { into.value.gauge.value += gauge.value(); }
  static void sum(MergedSeries& into, const Histogram& histogram) {
    auto& total = into.value.histogram;
    if (total.bucket.empty()) {
      for (const double bound : histogram.bounds()) total.bucket.push_back({0, bound});
      total.bucket.push_back({0, std::numeric_limits<double>::infinity()});
      into.exemplars.resize(total.bucket.size());
    }
    // Counted from the buckets, so that _count and the +Inf bucket agree whatever happens meanwhile.
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < total.bucket.size() && i <= histogram.bounds().size(); ++i) {
      cumulative += histogram.count_of(i);
      total.bucket[i].cumulative_count += cumulative;
      keep_newer(into.exemplars[i], histogram.exemplar_of(i));
    }
    total.sample_count += cumulative;
    total.sample_sum += histogram.sum();
  }

  static void keep_newer(std::optional<Exemplar>& kept, const std::optional<Exemplar>& other) {
    if (other && (!kept || kept->observed_at < other->observed_at)) kept = other;
  }

  MergedFamilies families_;
};

ExpositionFormat negotiate_exposition(std::string_view accept) {
  for (const std::string_view range : core::split(accept, ',')) {
    const auto type = core::trim(range.substr(0, range.find(';')));
    if (core::iequals(type, "application/openmetrics-text")) return ExpositionFormat::open_metrics;
  }
  return ExpositionFormat::text;
}

std::string_view content_type_of(ExpositionFormat format) {
  if (format == ExpositionFormat::open_metrics)
    return "application/openmetrics-text; version=1.0.0; charset=utf-8";
  return "text/plain; version=0.0.4; charset=utf-8";
}

std::string render(std::span<const Metrics* const> shards, ExpositionFormat format) {
  Exposition exposition;
  for (const Metrics* shard : shards) exposition.add(*shard);
  return exposition.text(format);
}

}  // namespace gatehouse::telemetry
