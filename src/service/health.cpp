#include "service/health.hpp"

#include "http/problem.hpp"
#include "identity/principal.hpp"

namespace gatehouse::service {

void Health::add_check(std::string_view name, std::function<Result<void>()> check) {
  checks_.emplace_back(name, std::move(check));
}
void Health::add_metrics(const telemetry::Metrics& shard) {
  shards_.push_back(&shard);
}

Result<void> Health::check() const {
  if (is_draining_) return fail(ErrorKind::unavailable, "draining");
  for (const auto& [name, check] : checks_) {
    if (auto passed = check(); !passed) return passed;
  }
  return {};
}

http::Response Health::ready() const {
  json::object results;
  bool is_ready = !is_draining_;
  for (const auto& [name, check] : checks_) {
    const auto passed = check();
    is_ready = is_ready && passed;
    results[name] = passed ? std::string_view("pass") : passed.error().reason;
  }
  if (is_draining_) results["draining"] = "stopping";
  return http::json_response(is_ready ? 200 : 503, json::object{{"status", is_ready ? "pass" : "fail"},
                                                                {"checks", std::move(results)}});
}

http::Response Health::live() const {
  return http::json_response(200, json::object{{"status", "pass"}});
}

http::Response Health::metrics(std::string_view accept) const {
  const auto format = telemetry::negotiate_exposition(accept);
  telemetry::Metrics process;
  telemetry::measure_process(process);
  auto shards = shards_;
  shards.push_back(&process);
  return http::text_response(200, telemetry::content_type_of(format), telemetry::render(shards, format));
}

void Health::count_checks(telemetry::Metrics& metrics) const {
  for (const auto& [name, check] : checks_) {
    metrics.gauge("readiness_check_passing", "1 while this check lets the role be ready", {{"check", name}})
        .set(check() ? 1 : 0);
  }
}

Awaitable<> HealthHandler::serve(http::Exchange& exchange) {
  const auto path = exchange.request.path();
  const bool is_ours = path == "/health/live" || path == "/health/ready" || path == "/metrics";
  if (!is_ours) co_return co_await next_.serve(exchange);
  if (!identity::role_of(exchange.peer)) {
    exchange.response = http::problem_response(Error(ErrorKind::forbidden, "caller_not_allowed"));
  } else if (exchange.request.method != "GET" && exchange.request.method != "HEAD") {
    exchange.response = http::problem_response(Error(ErrorKind::method_not_allowed, "method_not_allowed"));
  } else if (path == "/metrics") {
    exchange.response = health_.metrics(exchange.request.headers.get("Accept"));
  } else {
    exchange.response = path == "/health/live" ? health_.live() : health_.ready();
  }
}

void HealthHandler::finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept {
  next_.finish(exchange, took);
}

}  // namespace gatehouse::service
