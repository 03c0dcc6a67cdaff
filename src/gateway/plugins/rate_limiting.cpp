// Implements the rate limit around the rule of rate_windows: who is counted, and what the client is told.
#include "gateway/plugins/rate_limiting.hpp"

#include <fmt/format.h>

#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"
#include "gateway/local_counters.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway::plugins {
namespace {

constexpr std::string_view kNobody = "00000000-0000-0000-0000-000000000000";
constexpr std::array<http::FieldName, kPeriods> kLimitHeaders{
    "X-RateLimit-Limit-Second", "X-RateLimit-Limit-Minute", "X-RateLimit-Limit-Hour",
    "X-RateLimit-Limit-Day",    "X-RateLimit-Limit-Month",  "X-RateLimit-Limit-Year"};
constexpr std::array<http::FieldName, kPeriods> kRemainingHeaders{
    "X-RateLimit-Remaining-Second", "X-RateLimit-Remaining-Minute", "X-RateLimit-Remaining-Hour",
    "X-RateLimit-Remaining-Day",    "X-RateLimit-Remaining-Month",  "X-RateLimit-Remaining-Year"};

class RateLimiting final : public Plugin {
 public:
  RateLimiting(std::shared_ptr<const RateLimitingConfig> config, const PluginScope& scope,
               const PluginContext& context)
      : config_(std::move(config)),
        scope_(or_nobody(scope.route_id) + ":" + or_nobody(scope.service_id)),
        local_scope_(fmt::format("{:x}:", std::hash<std::string>{}(scope_))),
        local_(context.local_counters),
        shared_(context.shared_counters),
        refused_(context.metrics.counter("gateway_rate_limited_total", "Requests refused by rate-limiting")),
        unlimited_(context.metrics.counter("gateway_rate_limit_unavailable_total",
                                           "Requests for which Redis could not be asked for the count")) {}

  Step on_request(Exchange& exchange) override {
    if (config_->kept == CountsKept::in_redis) return wait_for(ask_redis(exchange));
    client_.assign(local_scope_).append(client_of(exchange));
    return act_on(exchange, local_.take(client_, config_->limits, exchange.now()));
  }

  void on_response(Exchange& exchange) override {
    const auto* note = exchange.find_note<RateVerdict>(*this);
    if (note != nullptr && !config_->hide_client_headers) tell_client(exchange.http.response.headers, *note);
  }

 private:
  static std::string or_nobody(const std::string& id) { return id.empty() ? std::string(kNobody) : id; }

  std::string_view client_of(const Exchange& exchange) const {
    const Identity& identity = exchange.identity;
    std::string_view found;
    switch (config_->limit_by) {
      case LimitBy::consumer:
        found = identity.consumer != nullptr ? std::string_view(identity.consumer->id) : identity.subject;
        if (found.empty()) found = identity.credential;
        break;
      case LimitBy::credential:
        found = identity.credential;
        break;
      case LimitBy::service:
        if (exchange.route != nullptr && exchange.route->service != nullptr)
          found = exchange.route->service->id;
        break;
      case LimitBy::header:
        found = exchange.http.request.headers.get(config_->header_name);
        break;
      case LimitBy::path:
        if (exchange.path == config_->path) found = exchange.path;
        break;
      case LimitBy::ip:
        break;
    }
    return found.empty() ? exchange.client_address() : found;
  }

  Awaitable<Result<Verdict>> ask_redis(Exchange& exchange) {
    std::string client(client_of(exchange));
    auto asking = shared_.take(config_->redis, scope_, std::move(client), config_->limits, exchange.now());
    auto used = co_await std::move(asking);
    if (!used) {
      unlimited_.add();
      log::debug("rate-limit-unavailable", "the shared count could not be asked for",
                 {log::field(used.error())});
      if (config_->fault_tolerant) co_return Verdict{};
      co_return fail(ErrorKind::internal, "rate_limit_unavailable", used.error().detail);
    }
    const auto starts = window_starts(config_->limits, exchange.now());
    co_return act_on(exchange, judge_rate(config_->limits, *used, starts, exchange.now())).decided();
  }

  Step act_on(Exchange& exchange, const RateVerdict& verdict) {
    exchange.note<RateVerdict>(*this) = verdict;
    if (verdict.is_allowed) return go_on();
    refused_.add();
    auto response = error_response(exchange, config_->error_code, config_->error_message);
    response.headers.add("Retry-After", std::to_string(verdict.reset_seconds));
    return answer_with(std::move(response));
  }

  void tell_client(http::Headers& headers, const RateVerdict& verdict) const {
    const auto add = [&](http::FieldName name, std::uint64_t value) {
      headers.add(name, static_cast<std::int64_t>(value));
    };
    for (std::size_t period = 0; period < kPeriods; ++period) {
      if (config_->limits[period] == 0) continue;
      add(kLimitHeaders[period], config_->limits[period]);
      add(kRemainingHeaders[period], verdict.remaining[period]);
    }
    add("RateLimit-Limit", config_->limits[verdict.tightest]);
    add("RateLimit-Remaining", verdict.remaining[verdict.tightest]);
    headers.add("RateLimit-Reset", verdict.reset_seconds);
  }

  std::shared_ptr<const RateLimitingConfig> config_;
  std::string scope_;        // as Redis keys spell it
  std::string local_scope_;  // shorter: it is part of every look-up in this process
  LocalCounters& local_;
  SharedCounters& shared_;
  telemetry::Counter& refused_;
  telemetry::Counter& unlimited_;
  std::string client_;  // reused: a plugin instance belongs to one worker
};

}  // namespace

std::unique_ptr<Plugin> make_rate_limiting(std::shared_ptr<const RateLimitingConfig> config,
                                           const PluginScope& scope, const PluginContext& context) {
  return std::make_unique<RateLimiting>(std::move(config), scope, context);
}

}  // namespace gatehouse::gateway::plugins
