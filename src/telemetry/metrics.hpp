// Counters, gauges and histograms: one Metrics object is one shard (the gateway has one per worker, so that
// cores do not share cache lines). Registration takes a lock and happens once; updates are relaxed atomics on
// the handle. service/ renders all shards together at GET /metrics.
//
//   Counter& declined = metrics.counter("payments_declined_total", "Payments that the provider declined",
//                                       {{"provider", "sim"}});
//   declined.add();
//
// Names follow the OpenTelemetry conventions in Prometheus form: http.server.request.duration in seconds
// becomes http_server_request_duration_seconds. Labels never carry ids of people, orders or payments.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/trace.hpp"

namespace gatehouse::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Bounds in seconds: OpenTelemetry's advice for http.server.request.duration and
// http.client.request.duration.
inline constexpr std::array kHttpDurationBuckets{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                                 0.5,   0.75, 1.0,   2.5,  5.0,   7.5, 10.0};
// Bounds in seconds: OpenTelemetry's advice for db.client.operation.duration.
inline constexpr std::array kDatabaseDurationBuckets{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0};

// Goes up only.
class Counter {
 public:
  void add() noexcept { whole_.fetch_add(1, std::memory_order_relaxed); }
  template <std::integral Int>
  void add(Int amount) noexcept {
    whole_.fetch_add(static_cast<std::uint64_t>(amount), std::memory_order_relaxed);
  }
  void add(double amount) noexcept { fraction_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] double value() const noexcept;

 private:
  std::atomic<std::uint64_t> whole_{0};
  std::atomic<double> fraction_{0};
};

// Goes up and down. Equal gauges of several shards are summed, so a state that is no sum lives in one shard
// only.
class Gauge {
 public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double amount = 1) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
  void subtract(double amount = 1) noexcept { value_.fetch_sub(amount, std::memory_order_relaxed); }
  [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// The last sampled request that fell into a bucket: the way from a peak in a chart to the request's log
// lines.
struct Exemplar {
  std::array<std::uint8_t, 16> trace_id{};
  double value = 0;
  double observed_at = 0;  // seconds since 1970
};

class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds);
  ~Histogram();
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  void observe(double value) noexcept { (void)count_in_bucket(value); }
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> took) noexcept {
    observe(std::chrono::duration<double>(took).count());  // in seconds
  }
  // The same, and keeps the trace as the bucket's exemplar if it is sampled.
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> took, const TraceContext& trace) noexcept {
    observe(std::chrono::duration<double>(took).count(), trace);
  }
  void observe(double value, const TraceContext& trace) noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }
  // How many observations fell into bucket `index` alone; index == bounds().size() is +Inf.
  [[nodiscard]] std::uint64_t count_of(std::size_t index) const noexcept;
  [[nodiscard]] std::optional<Exemplar> exemplar_of(std::size_t index) const noexcept;

 private:
  struct ExemplarSlot;
  [[nodiscard]] std::size_t count_in_bucket(double value) noexcept;  // the bucket's index
  [[nodiscard]] ExemplarSlot* exemplars() noexcept;

  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
  std::once_flag exemplars_made_;                    // with the first of them: most histograms have none
  std::unique_ptr<ExemplarSlot[]> owned_exemplars_;  // one per bucket
  std::atomic<ExemplarSlot*> exemplars_{nullptr};    // the same, for who only looks
};

struct MetricsLimits {
  std::size_t series_per_family =
      10'000;  // further label sets share one series {otel_metric_overflow="true"}
};

class Metrics {
 public:
  explicit Metrics(MetricsLimits limits = {});
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The same name and labels give the same handle; it lives as long as the shard. A name that breaks the
  // rules of Prometheus, or is registered again as another type, is a bug: std::logic_error.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  // The bounds of a family are those of its first registration.
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {},
                       std::span<const double> bounds = kHttpDurationBuckets);

 private:
  struct State;
  friend class Exposition;
  std::unique_ptr<State> state_;
};

enum class ExpositionFormat : std::uint8_t {
  text,         // of Prometheus, 0.0.4
  open_metrics  // OpenMetrics 1.0.0, which also carries exemplars
};
// What the Accept header of a scrape asks for; text if it does not say.
[[nodiscard]] ExpositionFormat negotiate_exposition(std::string_view accept);
[[nodiscard]] std::string_view content_type_of(ExpositionFormat);

// Equal series are summed over the shards.
[[nodiscard]] std::string render(std::span<const Metrics* const> shards,
                                 ExpositionFormat format = ExpositionFormat::text);

// process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds, process_max_fds and
// process_start_time_seconds of this process: into a shard made for this one scrape.
void measure_process(Metrics& shard);

}  // namespace gatehouse::telemetry

namespace gatehouse {
using telemetry::Counter;
using telemetry::Gauge;
using telemetry::Histogram;
using telemetry::Metrics;
}  // namespace gatehouse
