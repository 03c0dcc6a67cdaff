// /health/live, /health/ready and /metrics: the same on every role, for any peer with a certificate of the
// platform.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "http/exchange.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::service {

class Health {
 public:
  void add_check(std::string_view name, std::function<Result<void>()> check);
  void add_metrics(const telemetry::Metrics& shard);
  void start_draining() { is_draining_ = true; }

  // Nothing while every check passes and nothing drains; the first reason otherwise.
  [[nodiscard]] Result<void> check() const;
  // 200 {"status":"pass","checks":{…}} or 503 {"status":"fail",…}: reasons, no details.
  [[nodiscard]] http::Response ready() const;
  [[nodiscard]] http::Response live() const;
  // In the format that the Accept header of the scrape asks for.
  [[nodiscard]] http::Response metrics(std::string_view accept) const;
  // Shows in `readiness_check_passing` what each check answers now.
  void count_checks(telemetry::Metrics& metrics) const;

 private:
  std::vector<std::pair<std::string, std::function<Result<void>()>>> checks_;
  std::vector<const telemetry::Metrics*> shards_;
  bool is_draining_ = false;
};

// Answers these three paths and passes everything else on.
class HealthHandler final : public http::Handler {
 public:
  HealthHandler(const Health& health, http::Handler& next) : health_(health), next_(next) {}
  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override;
  void finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept override;

 private:
  const Health& health_;
  http::Handler& next_;
};

}  // namespace gatehouse::service
