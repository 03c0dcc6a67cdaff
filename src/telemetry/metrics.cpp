#include "telemetry/metrics.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <variant>

#include "telemetry/json_text.hpp"
#include "telemetry/metrics_state.hpp"

namespace gatehouse::telemetry {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// https://prometheus.io/docs/concepts/data_model: [a-zA-Z_][a-zA-Z0-9_]*
void require_name(std::string_view name) {
  const bool fine = !name.empty() && is_letter(name.front()) &&
                    std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
  if (!fine) throw std::logic_error("not a metric or label name: " + std::string(name));
}

Labels canonical(Labels labels) {
  for (auto& [name, value] : labels) {
    require_name(name);
    if (name.starts_with("__") || name == "le") throw std::logic_error("a reserved label name: " + name);
    value = valid_utf8(value);
  }
  std::ranges::sort(labels);
  return labels;
}

template <class Handle>
constexpr MetricType kTypeOf = std::same_as<Handle, Counter> ? MetricType::counter
                               : std::same_as<Handle, Gauge> ? MetricType::gauge
                                                             : MetricType::histogram;

template <class Handle, class... Args>
Handle& series_of(Family& family, Labels labels, MetricsLimits limits, Args... args) {
  const auto found = family.series.find(labels);
  if (found != family.series.end()) return std::get<Handle>(found->second);
  if (family.series.size() >= limits.series_per_family) labels = {{"otel_metric_overflow", "true"}};
  const auto [made, is_new] =
      family.series.try_emplace(std::move(labels), std::in_place_type<Handle>, args...);
  return std::get<Handle>(made->second);
}

}  // namespace

double Counter::value() const noexcept {
  return static_cast<double>(whole_.load(std::memory_order_relaxed)) +
         fraction_.load(std::memory_order_relaxed);
}

// Held for some nanoseconds by whoever writes or reads it. An observer that finds it held leaves it: another
// request of the same bucket is as good an exemplar.
struct Histogram::ExemplarSlot {
  std::atomic_flag is_held;
  Exemplar exemplar;
};

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {
  if (!std::ranges::is_sorted(bounds_, std::less_equal<>{}))
    throw std::logic_error("histogram bounds must rise");
}

Histogram::~Histogram() = default;

std::size_t Histogram::count_in_bucket(double value) noexcept {
  // Fifteen bounds at most: a line of comparisons is faster than a binary search.
  const auto bound = std::ranges::find_if(bounds_, [value](double upper) { return value <= upper; });
  const auto bucket = static_cast<std::size_t>(bound - bounds_.begin());
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
  return bucket;
}

Histogram::ExemplarSlot* Histogram::exemplars() noexcept {
  std::call_once(exemplars_made_, [this] {
    owned_exemplars_ = std::make_unique<ExemplarSlot[]>(bounds_.size() + 1);
    exemplars_.store(owned_exemplars_.get(), std::memory_order_release);
  });
  return owned_exemplars_.get();
}

void Histogram::observe(double value, const TraceContext& trace) noexcept {
  const std::size_t bucket = count_in_bucket(value);
  if (!trace.is_sampled()) return;
  ExemplarSlot* slots = exemplars();
  if (slots[bucket].is_held.test_and_set(std::memory_order_acquire)) return;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  slots[bucket].exemplar = {trace.trace_id, value, now.count()};
  slots[bucket].is_held.clear(std::memory_order_release);
}

std::optional<Exemplar> Histogram::exemplar_of(std::size_t index) const noexcept {
  ExemplarSlot* slots = exemplars_.load(std::memory_order_acquire);
  if (slots == nullptr) return std::nullopt;
  while (slots[index].is_held.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  const Exemplar exemplar = slots[index].exemplar;
  slots[index].is_held.clear(std::memory_order_release);
  if (exemplar.observed_at == 0) return std::nullopt;
  return exemplar;
}

std::uint64_t Histogram::count_of(std::size_t index) const noexcept {
  return counts_[index].load(std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const noexcept {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) count += count_of(i);
  return count;
}

Metrics::Metrics(MetricsLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
}
Metrics::~Metrics() = default;

Family& Metrics::State::family(std::string_view name, std::string_view help, MetricType type) {
  const auto found = families.find(name);
  if (found == families.end()) {
    require_name(name);
    return families.emplace(std::string(name), Family{type, std::string(help), {}}).first->second;
  }
  if (found->second.type != type) throw std::logic_error("registered as two types: " + std::string(name));
  return found->second;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::scoped_lock lock(state_->mutex);
  Family& family = state_->family(name, help, MetricType::counter);
  return series_of<Counter>(family, canonical(std::move(labels)), state_->limits);
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::scoped_lock lock(state_->mutex);
  Family& family = state_->family(name, help, MetricType::gauge);
  return series_of<Gauge>(family, canonical(std::move(labels)), state_->limits);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, Labels labels,
                              std::span<const double> bounds) {
  const std::scoped_lock lock(state_->mutex);
  Family& family = state_->family(name, help, MetricType::histogram);
  // One family, one set of bounds: a sum over series is only right then.
  if (!family.series.empty()) bounds = std::get<Histogram>(family.series.begin()->second).bounds();
  return series_of<Histogram>(family, canonical(std::move(labels)), state_->limits, bounds);
}

}  // namespace gatehouse::telemetry
