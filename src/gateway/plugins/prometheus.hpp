// Counts requests per service and route under Kong's metric names, for GET /metrics.
//
//   {"name": "prometheus", "config": {"status_code_metrics": true, "latency_metrics": true,
//   "bandwidth_metrics": true}}
//
// Everything is off by default, as in Kong. Requests that no route took are counted too, under service="" and
// route="", if the plugin is bound to nothing.
#pragma once

#include <memory>

#include "gateway/plugin.hpp"

namespace gatehouse::gateway::plugins {

struct PrometheusConfig {
  bool per_consumer = false;
  bool status_code_metrics = false;
  bool latency_metrics = false;
  bool bandwidth_metrics = false;

  static Result<PrometheusConfig> from_json(const json::object& config);
};

[[nodiscard]] PluginType prometheus_type();
[[nodiscard]] std::unique_ptr<Plugin> make_prometheus(std::shared_ptr<const PrometheusConfig> config,
                                                      const PluginScope& scope, const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
