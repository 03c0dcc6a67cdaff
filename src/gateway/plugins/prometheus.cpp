// Implements the metrics: handles are resolved once per route (and consumer), a request only adds to them.
#include "gateway/plugins/prometheus.hpp"

#include <unordered_map>

#include "gateway/exchange.hpp"

namespace gatehouse::gateway::plugins {
namespace {

constexpr std::array kKongBuckets{1.0,  2.0,   5.0,   7.0,   10.0,  15.0,   20.0,   30.0,  50.0,
                                  75.0, 100.0, 200.0, 500.0, 750.0, 1000.0, 3000.0, 6000.0};
constexpr std::array kRequestBuckets{25.0,   50.0,   80.0,   100.0,   250.0,   400.0,  700.0,
                                     1000.0, 2000.0, 5000.0, 10000.0, 30000.0, 60000.0};

enum class Source : std::uint8_t { service, kong };

// The handles of one route and consumer.
struct Series {
  struct ByCode {
    unsigned code;
    Source source;
    telemetry::Counter* counter;
  };
  std::vector<ByCode> requests;  // few codes per route: a list is fastest
  telemetry::Histogram* kong_latency = nullptr;
  telemetry::Histogram* upstream_latency = nullptr;
  telemetry::Histogram* request_latency = nullptr;
  telemetry::Counter* ingress = nullptr;
  telemetry::Counter* egress = nullptr;
};

double millis(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

class Prometheus final : public Plugin {
 public:
  Prometheus(std::shared_ptr<const PrometheusConfig> config, const PluginContext& context)
      : config_(std::move(config)), metrics_(context.metrics) {}

  void on_finish(const Exchange& exchange, std::chrono::nanoseconds took) noexcept override {
    Series& series = series_of(exchange);
    if (config_->status_code_metrics) counter_of(series, exchange).add();
    if (config_->latency_metrics) observe_latencies(series, exchange, took);
    if (config_->bandwidth_metrics) {
      series.ingress->add(exchange.http.request_bytes);
      series.egress->add(exchange.http.response_bytes);
    }
  }

 private:
  using Key = std::pair<const Route*, const Consumer*>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>{}(key.first) * 31 + std::hash<const void*>{}(key.second);
    }
  };

  [[nodiscard]] const Consumer* labelled_consumer(const Exchange& exchange) const {
    return config_->per_consumer ? exchange.identity.consumer : nullptr;
  }
  static telemetry::Labels route_labels(const Exchange& exchange) {
    const Route* route = exchange.route;
    const Service* service = route != nullptr ? route->service : nullptr;
    return {{"service", service != nullptr ? service->name : ""},
            {"route", route != nullptr ? route->name : ""},
            {"workspace", "default"}};
  }
  static void add_label(telemetry::Labels& labels, std::string_view name, std::string_view value) {
    labels.emplace_back(std::string(name), std::string(value));
  }

  Series& series_of(const Exchange& exchange) {
    const Key key{exchange.route, labelled_consumer(exchange)};
    if (const auto found = series_.find(key); found != series_.end()) return found->second;
    return series_.emplace(key, make_series(exchange)).first->second;
  }

  Series make_series(const Exchange& exchange) {
    Series series;
    if (config_->latency_metrics) {
      const auto labels = route_labels(exchange);
      series.kong_latency = &metrics_.histogram(
          "kong_kong_latency_ms", "Latency added by Kong and enabled plugins for each service/route in Kong",
          labels, kKongBuckets);
      series.upstream_latency = &metrics_.histogram(
          "kong_upstream_latency_ms", "Latency added by upstream response for each service/route in Kong",
          labels, kRequestBuckets);
      series.request_latency = &metrics_.histogram(
          "kong_request_latency_ms", "Total latency incurred during requests for each service/route in Kong",
          labels, kRequestBuckets);
    }
    if (config_->bandwidth_metrics) {
      series.ingress = &bandwidth(exchange, "ingress");
      series.egress = &bandwidth(exchange, "egress");
    }
    return series;
  }

  telemetry::Counter& bandwidth(const Exchange& exchange, std::string_view direction) {
    auto labels = route_labels(exchange);
    add_label(labels, "direction", direction);
    const Consumer* consumer = labelled_consumer(exchange);
    add_label(labels, "consumer", consumer != nullptr ? consumer->username : "");
    return metrics_.counter(
        "kong_bandwidth_bytes",
        "Total bandwidth (ingress/egress) throughput in bytes for each service/route in Kong",
        std::move(labels));
  }

  telemetry::Counter& counter_of(Series& series, const Exchange& exchange) {
    const unsigned code = exchange.http.response.status;
    const Source source = exchange.is_proxied ? Source::service : Source::kong;
    for (const auto& known : series.requests) {
      if (known.code == code && known.source == source) return *known.counter;
    }
    auto labels = route_labels(exchange);
    add_label(labels, "code", std::to_string(code));
    add_label(labels, "source", source == Source::service ? "service" : "kong");
    const Consumer* consumer = labelled_consumer(exchange);
    add_label(labels, "consumer", consumer != nullptr ? consumer->username : "");
    auto& counter =
        metrics_.counter("kong_http_requests_total", "HTTP status codes per consumer/service/route in Kong",
                         std::move(labels));
    series.requests.push_back({.code = code, .source = source, .counter = &counter});
    return counter;
  }

  static void observe_latencies(Series& series, const Exchange& exchange, std::chrono::nanoseconds took) {
    series.request_latency->observe(millis(took));
    if (!exchange.is_proxied) {
      series.kong_latency->observe(millis(took));
      return;
    }
    series.upstream_latency->observe(millis(exchange.answered_upstream - exchange.sent_upstream));
    series.kong_latency->observe(millis(exchange.sent_upstream - exchange.http.started));
  }

  std::shared_ptr<const PrometheusConfig> config_;
  telemetry::Metrics& metrics_;
  std::unordered_map<Key, Series, KeyHash> series_;  // routes and consumers of this instance's own snapshot
};

}  // namespace

Result<PrometheusConfig> PrometheusConfig::from_json(const json::object& object) {
  PrometheusConfig config;
  Fields fields{object};
  config.per_consumer = fields.optional_flag("per_consumer", config.per_consumer);
  config.status_code_metrics = fields.optional_flag("status_code_metrics", config.status_code_metrics);
  config.latency_metrics = fields.optional_flag("latency_metrics", config.latency_metrics);
  config.bandwidth_metrics = fields.optional_flag("bandwidth_metrics", config.bandwidth_metrics);
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType prometheus_type() {
  using namespace schema;
  const auto off = [](std::string_view name) { return boolean(name, {.fallback = false}); };
  return {.name = "prometheus",
          .priority = 13,
          .config = {.fields = {off("per_consumer"), off("status_code_metrics"), off("ai_metrics"),
                                off("latency_metrics"), off("bandwidth_metrics"),
                                off("upstream_health_metrics"), off("wasm_metrics")}}};
}

std::unique_ptr<Plugin> make_prometheus(std::shared_ptr<const PrometheusConfig> config, const PluginScope&,
                                        const PluginContext& context) {
  return std::make_unique<Prometheus>(std::move(config), context);
}

}  // namespace gatehouse::gateway::plugins
