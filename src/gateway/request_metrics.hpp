// How many requests each route has served, how they ended and how long they took: for every request, whether
// or not a prometheus plugin is configured. Handles are resolved once per route and status.
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "gateway/exchange.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::gateway {

class RequestMetrics {
 public:
  explicit RequestMetrics(telemetry::Metrics& metrics);

  void count(const Exchange& exchange, std::chrono::nanoseconds took);

 private:
  // A series per status that was ever answered; there are few, so a list is fastest.
  using ByStatus = std::vector<std::pair<unsigned, telemetry::Histogram*>>;

  [[nodiscard]] telemetry::Histogram& series(const Exchange& exchange);

  telemetry::Metrics& metrics_;
  telemetry::Counter& requests_;
  telemetry::Counter& connect_retries_;
  std::unordered_map<std::string, ByStatus> by_route_;  // by route name
};

}  // namespace gatehouse::gateway
