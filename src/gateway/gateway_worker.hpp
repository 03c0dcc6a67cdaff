// Everything of one worker of the gateway: its listeners, its connections to upstreams, its plugins. Workers
// share the configuration, the rate limit counts and nothing else.
#pragma once

#include <atomic>
#include <memory>

#include "discovery/client.hpp"
#include "gateway/configuration.hpp"
#include "gateway/ended_sessions.hpp"
#include "gateway/local_counters.hpp"
#include "gateway/redis_counters.hpp"
#include "gateway/serve.hpp"
#include "gateway/settings.hpp"
#include "gateway/upstream/upstreams.hpp"
#include "gateway/web_site.hpp"
#include "http/server.hpp"
#include "identity/token_verifier.hpp"
#include "service/config.hpp"
#include "service/peers.hpp"
#include "service/self_watch.hpp"

namespace gatehouse::gateway {

// What all workers are made from. Outlives them.
struct WorkerParts {
  const service::Config& config;
  const Settings& settings;
  const core::Clock& clock;
  const Configuration& configuration;
  const TargetHealth& target_health;
  LocalCounters& local_counters;
  const WebSites& sites;
  discovery::ClientOptions registry;
  UpstreamTls upstream_tls;
  std::shared_ptr<net::ServerTls> https;
};

class GatewayWorker {
 public:
  GatewayWorker(runtime::Executor executor, const WorkerParts& parts);

  // Opens the public listeners; before the worker's thread runs, or on it.
  [[nodiscard]] Result<void> listen();
  // Refuses new connections, lets what is in progress end, then ends the rest.
  [[nodiscard]] Awaitable<> stop(Deadline deadline);

  [[nodiscard]] telemetry::Metrics& metrics() { return metrics_; }
  [[nodiscard]] runtime::TaskGroup& tasks() { return tasks_; }

  // Any thread; as of the last second.
  [[nodiscard]] std::uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t active() const { return active_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t requests() const { return static_cast<std::uint64_t>(requests_.value()); }

 private:
  [[nodiscard]] Result<void> listen_on(std::uint16_t port, std::shared_ptr<net::ServerTls> tls);
  void count_connections();

  const WorkerParts& parts_;
  telemetry::Metrics metrics_;
  runtime::TaskGroup tasks_;
  http::Client client_;
  discovery::Client discovery_;
  service::Peers peers_;
  identity::TokenVerifier tokens_;
  EndedSessions ended_sessions_;
  RedisCounters redis_counters_;
  PluginContext context_;
  Upstreams upstreams_;
  Proxy proxy_;
  http::Server server_;
  telemetry::Counter& requests_;
  service::SelfWatch self_watch_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> active_{0};
};

}  // namespace gatehouse::gateway
