// Implements the gateway's own request metrics.
#include "gateway/request_metrics.hpp"

#include <algorithm>

namespace gatehouse::gateway {
namespace {

constexpr std::size_t kRoutesMax = 10'000;  // names seen since the start; beyond it they share one series

}  // namespace

RequestMetrics::RequestMetrics(telemetry::Metrics& metrics)
    : metrics_(metrics),
      requests_(
          metrics.counter("kong_nginx_requests_total", "Requests of this node", {{"subsystem", "http"}})),
      connect_retries_(metrics.counter("gateway_connect_retries_total",
                                       "Connects to an upstream that were tried again")) {}

void RequestMetrics::count(const Exchange& exchange, std::chrono::nanoseconds took) {
  requests_.add();
  if (exchange.tries > 1) connect_retries_.add(exchange.tries - 1);
  series(exchange).observe(took, exchange.http.trace);
}

telemetry::Histogram& RequestMetrics::series(const Exchange& exchange) {
  static const std::string kUnmatched;
  const std::string* name = exchange.route != nullptr ? &exchange.route->name : &kUnmatched;
  auto found = by_route_.find(*name);
  if (found == by_route_.end()) {
    if (by_route_.size() >= kRoutesMax) name = &kUnmatched;
    found = by_route_.try_emplace(*name).first;
  }
  const unsigned status = exchange.http.response.status;
  for (const auto& [known, histogram] : found->second) {
    if (known == status) return *histogram;
  }
  auto& made =
      metrics_.histogram("http_server_request_duration_seconds", "Requests by route and status",
                         {{"http_route", *name}, {"http_response_status_code", std::to_string(status)}});
  found->second.emplace_back(status, &made);
  return made;
}

}  // namespace gatehouse::gateway
