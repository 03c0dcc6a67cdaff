// OpenMetrics as text. prometheus-cpp of Debian 12 writes the older format only, which has no exemplars.
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "telemetry/merged_families.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr std::string_view kCounterSuffix = "_total";

// A float always shows that it is one, so that le="1.0" is the same label whoever writes it.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string label_set(const Labels& labels, std::optional<double> upper_bound = std::nullopt) {
  std::string out;
  for (const auto& [name, value] : labels)
    fmt::format_to(std::back_inserter(out), R"({}{}="{}")", out.empty() ? "" : ",", name, escaped(value));
  if (upper_bound)
    fmt::format_to(std::back_inserter(out), R"({}le="{}")", out.empty() ? "" : ",", number(*upper_bound));
  return out.empty() ? out : "{" + out + "}";
}

std::string exemplar_text(const std::optional<Exemplar>& exemplar) {
  if (!exemplar) return {};
  return fmt::format(R"( # {{trace_id="{}"}} {} {:.3f})",
                     TraceContext{.trace_id = exemplar->trace_id}.trace_id_hex(), number(exemplar->value),
                     exemplar->observed_at);
}

class Writer {
 public:
  void write(const std::string& name, const MergedFamily& family) {
    switch (family.type) {
      case MetricType::counter:
        // The family of a counter has the name without the suffix that its samples have.
        return write_counters(name, family);
      case MetricType::gauge:
        start(name, "gauge", family.help);
        for (const auto& [labels, series] : family.series)
          line(name, label_set(labels), number(series.value.gauge.value));
        return;
      case MetricType::histogram:
        start(name, "histogram", family.help);
        for (const auto& [labels, series] : family.series) write_histogram(name, labels, series);
        return;
    }
  }

  [[nodiscard]] std::string finish() && {
    text_ += "# EOF\n";
    return std::move(text_);
  }

 private:
  void start(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_), "# TYPE {} {}\n# HELP {} {}\n", name, type, name,
                   escaped(help));
  }

  void line(std::string_view name, std::string_view labels, std::string_view value,
            std::string_view exemplar = {}) {
    fmt::format_to(std::back_inserter(text_), "{}{} {}{}\n", name, labels, value, exemplar);
  }

  void write_counters(std::string_view name, const MergedFamily& family) {
    const bool has_suffix = name.ends_with(kCounterSuffix);
    if (has_suffix) name.remove_suffix(kCounterSuffix.size());
    start(name, has_suffix ? "counter" : "unknown", family.help);
    const std::string sample = std::string(name) + std::string(has_suffix ? kCounterSuffix : "");
    for (const auto& [labels, series] : family.series)
      line(sample, label_set(labels), number(series.value.counter.value));
  }

  void write_histogram(const std::string& name, const Labels& labels, const MergedSeries& series) {
    const auto& histogram = series.value.histogram;
    for (std::size_t i = 0; i < histogram.bucket.size(); ++i) {
      line(name + "_bucket", label_set(labels, histogram.bucket[i].upper_bound),
           std::to_string(histogram.bucket[i].cumulative_count), exemplar_text(series.exemplars[i]));
    }
    line(name + "_count", label_set(labels), std::to_string(histogram.sample_count));
    line(name + "_sum", label_set(labels), number(histogram.sample_sum));
  }

  std::string text_;
};

}  // namespace

std::string open_metrics_text(const MergedFamilies& families) {
  Writer writer;
  for (const auto& [name, family] : families) writer.write(name, family);
  return std::move(writer).finish();
}

}  // namespace gatehouse::telemetry
