// For tests of plugins: sends requests through a whole chain of plugins to an upstream that answers 200,
// without sockets and without waiting.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"
#include "gateway/local_counters.hpp"
#include "gateway/shared_counters.hpp"
#include "gateway/test_configuration.hpp"
#include "gateway/web_site.hpp"
#include "identity/token_verifier.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::gateway::plugins {

struct TestAsk {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string address = "203.0.113.9";
  std::shared_ptr<const crypto::Certificate> certificate = nullptr;
};

struct TestAnswer {
  unsigned status = 0;
  http::Headers headers;  // of the answer
  std::string content;
  http::Headers upstream;  // what the upstream was sent; empty if it was not asked
  bool has_reached_upstream = false;
  std::string subject;  // who asked, as the plugins found out
};

// Counts like Redis would, or is down.
class FakeSharedCounters final : public SharedCounters {
 public:
  [[nodiscard]] Awaitable<Result<RateCounts>> take(const RedisServer&, std::string scope, std::string client,
                                                   RateLimits limits, core::SystemTime now) override {
    if (is_down) co_return fail(ErrorKind::unavailable, "redis_not_connected");
    auto& counts = clients[scope + ":" + client];
    const auto starts = window_starts(limits, now);
    RateCounts before{};
    for (std::size_t period = 0; period < kPeriods; ++period) {
      if (counts.starts[period] == starts[period]) before[period] = counts.used[period];
    }
    (void)counts.take(limits, starts, now);
    co_return before;
  }
  std::map<std::string, WindowCounts> clients;
  bool is_down = false;
};

class PluginBench {
 public:
  explicit PluginBench(TestConfiguration configuration, std::string jwks = R"({"keys":[]})",
                       WebSites sites = {})
      : jwks_(std::move(jwks)),
        sites_(std::move(sites)),
        live_(std::make_shared<LiveConfiguration>(configuration.snapshot(), context_)) {}

  // One plugin, bound to everything.
  static TestConfiguration with(std::string_view name, json::object config) {
    TestConfiguration configuration;
    const auto service = configuration.service("upstream.example", 80);
    configuration.route(service, "/");
    configuration.plugin(name, std::move(config));
    return configuration;
  }

  TestAnswer send(TestAsk ask) { return runtime::run_to_end(io_, exchange_one(std::move(ask))); }

  core::ManualClock clock;
  telemetry::Metrics metrics;
  LocalCounters local_counters;
  FakeSharedCounters shared_counters;

 private:
  Awaitable<TestAnswer> exchange_one(TestAsk ask);
  [[nodiscard]] Plugin* plugin_for(const Exchange& exchange, const ChainLink& link) {
    const auto slot = exchange.snapshot().choose(link, exchange.route, exchange.identity.consumer);
    return slot == ChainLink::kNone ? nullptr : &live_->plugin(slot);
  }

  boost::asio::io_context io_;
  std::string jwks_;
  WebSites sites_;
  identity::TokenVerifier tokens_{{.issuer = "https://issuer.example/realms/test"},
                                  clock,
                                  [this]() -> Awaitable<Result<std::string>> { return keys(); }};
  Awaitable<Result<std::string>> keys() { co_return jwks_; }
  PluginContext context_{.clock = clock,
                         .metrics = metrics,
                         .tokens = tokens_,
                         .issuer = "https://issuer.example/realms/test",
                         .local_counters = local_counters,
                         .shared_counters = shared_counters,
                         .sites = sites_};
  std::shared_ptr<LiveConfiguration> live_;
};

inline Awaitable<TestAnswer> PluginBench::exchange_one(TestAsk ask) {
  net::Peer peer{.address = ask.address, .port = 40'000, .local_port = 8'000};
  peer.certificate = ask.certificate;
  peer.is_tls = ask.certificate != nullptr;
  http::Exchange arrived(peer, clock.steady_now(), Deadline::never());
  arrived.request.method = ask.method;
  arrived.request.target = ask.target;
  for (const auto& [name, value] : ask.headers) arrived.request.headers.add(name, value);
  http::TextBody body(ask.body);
  if (!ask.body.empty()) arrived.request.body = &body;
  arrived.attachment = std::make_unique<Exchange>(arrived, live_, clock);
  auto& exchange = static_cast<Exchange&>(*arrived.attachment);
  if (!read_target(exchange)) throw std::logic_error("the test's target is malformed");
  exchange.route = &exchange.snapshot().route(0);

  TestAnswer answer;
  Result<Verdict> verdict = Verdict{};
  for (const ChainLink& link : exchange.route->chain) {
    if (!verdict || verdict->reply) break;
    Plugin* plugin = plugin_for(exchange, link);
    if (plugin == nullptr) continue;
    Step step = plugin->on_request(exchange);
    if (!step.is_decided()) {
      auto pending = std::move(step).pending();
      step = Step(co_await std::move(pending));
    }
    verdict = std::move(step).decided();
  }
  if (verdict && !verdict->reply) {
    answer.has_reached_upstream = true;
    answer.upstream = arrived.request.headers;
    http::Response response = http::text_response(200, "text/plain", "from the upstream");
    if (arrived.request.body != nullptr) {
      const auto text = co_await http::read_all(*arrived.request.body, 1 << 20);
      if (!text) response = error_page(exchange, text.error());
    }
    exchange.is_proxied = true;
    verdict = Verdict{std::make_unique<http::Response>(std::move(response))};
  }
  arrived.response = verdict ? std::move(*verdict->reply) : error_page(exchange, verdict.error());
  for (const ChainLink& link : exchange.route->chain) {
    if (Plugin* plugin = plugin_for(exchange, link)) plugin->on_response(exchange);
  }
  for (const ChainLink& link : exchange.route->chain) {
    if (Plugin* plugin = plugin_for(exchange, link))
      plugin->on_finish(exchange, std::chrono::milliseconds{3});
  }
  answer.status = arrived.response.status;
  answer.headers = arrived.response.headers;
  answer.content = arrived.response.content;
  answer.subject = exchange.identity.consumer != nullptr ? exchange.identity.consumer->username
                                                         : std::string(exchange.identity.subject);
  co_return answer;
}

}  // namespace gatehouse::gateway::plugins
