// What a plugin is. One instance per worker and configuration, so its state needs no lock.
//
//   Step on_request(Exchange& exchange) override {
//     if (exchange.http.request.headers.count("User-Agent") > 1)
//       return answer_with(message_response(400, "…"));
//     return go_on();
//   }
//
// A plugin that must wait (a call to another machine) gives a coroutine instead; one that need not costs
// none:
//
//   Step on_request(Exchange& exchange) override { return wait_for(ask(exchange)); }
//   Awaitable<Result<Verdict>> ask(Exchange& exchange);
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "gateway/plugin_types.hpp"
#include "http/message.hpp"
#include "runtime/awaitable.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::identity {
class TokenVerifier;
}

namespace gatehouse::gateway {

struct Exchange;
class LocalCounters;
class SharedCounters;
class WebSites;

// What a plugin decided: an answer of its own, or (no reply) that the request goes on.
struct Verdict {
  std::unique_ptr<http::Response> reply;
};

// A verdict that is there, or the coroutine that will give it.
class [[nodiscard]] Step {
 public:
  explicit Step(Result<Verdict> verdict) : state_(std::move(verdict)) {}
  explicit Step(Awaitable<Result<Verdict>> pending) : state_(std::move(pending)) {}

  [[nodiscard]] bool is_decided() const { return state_.index() == 0; }
  [[nodiscard]] Result<Verdict> decided() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] Awaitable<Result<Verdict>> pending() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<Result<Verdict>, Awaitable<Result<Verdict>>> state_;
};

inline Step go_on() {
  return Step(Result<Verdict>(Verdict{}));
}
inline Step answer_with(http::Response reply) {
  return Step(Result<Verdict>(Verdict{std::make_unique<http::Response>(std::move(reply))}));
}
inline Step stop_with(std::unexpected<Error> error) {
  return Step(Result<Verdict>(std::move(error)));
}
inline Step wait_for(Awaitable<Result<Verdict>> pending) {
  return Step(std::move(pending));
}

class Plugin {
 public:
  virtual ~Plugin() = default;
  // In the order of priority, until one answers or fails.
  virtual Step on_request(Exchange&) { return go_on(); }
  // The answer's head is complete and not yet sent. Runs for every plugin of the route, also for those that
  // an earlier answer kept from seeing the request; must not fail.
  virtual void on_response(Exchange&) {}
  // The answer has been sent or has failed: for counting.
  virtual void on_finish(const Exchange&, std::chrono::nanoseconds /*took*/) noexcept {}
};

// To what a configured plugin is bound; empty ids: to everything.
struct PluginScope {
  std::string plugin_id;
  std::string route_id;
  std::string service_id;
  std::string consumer_id;
};

// What a worker offers to the plugins that live on it.
struct PluginContext {
  const core::Clock& clock;
  telemetry::Metrics& metrics;      // this worker's shard
  identity::TokenVerifier& tokens;  // of the platform's own auth server
  std::string_view issuer;          // which is this
  LocalCounters& local_counters;    // of all workers of this process
  SharedCounters& shared_counters;  // in Redis
  const WebSites& sites;            // of all workers
};

// Makes the instance of one worker. Holds the parsed configuration.
using PluginMaker = std::function<std::unique_ptr<Plugin>(const PluginScope&, const PluginContext&)>;

// One line of the catalogue.
struct PluginKind {
  PluginType type;
  // Reads the configuration (complete, defaults filled). Refusals name the field: "header_name: must be …".
  std::function<Result<PluginMaker>(const json::object& config)> compile;
};

}  // namespace gatehouse::gateway
