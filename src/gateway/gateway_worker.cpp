// Implements a worker: construction is the wiring, from the network inwards.
#include "gateway/gateway_worker.hpp"

#include "service/service.hpp"

namespace gatehouse::gateway {
namespace {

discovery::ClientOptions registry_of(const WorkerParts& parts, telemetry::Metrics& metrics) {
  auto options = parts.registry;
  options.metrics = &metrics;
  return options;
}

}  // namespace

GatewayWorker::GatewayWorker(runtime::Executor executor, const WorkerParts& parts)
    : parts_(parts),
      tasks_(executor),
      client_(executor, parts.settings.upstream),
      discovery_(executor, client_, registry_of(parts, metrics_)),
      peers_(discovery_, client_, parts.upstream_tls.platform, parts.clock, metrics_),
      tokens_({.issuer = parts.config.issuer}, parts.clock,
              [this] { return service::fetch_issuer_keys(peers_, parts_.config.issuer); }),
      ended_sessions_(peers_, tokens_, parts.config.issuer),
      redis_counters_(executor, discovery_, parts.settings.redis),
      context_{.clock = parts.clock,
               .metrics = metrics_,
               .tokens = tokens_,
               .issuer = parts.config.issuer,
               .local_counters = parts.local_counters,
               .shared_counters = redis_counters_,
               .sites = parts.sites},
      upstreams_(client_, discovery_, parts.target_health, parts.upstream_tls, parts.settings.upstreams),
      proxy_(parts.configuration, context_, upstreams_,
             {.access_log = parts.settings.access_log, .trusted_peers = parts.settings.trusted_ips}),
      server_(executor, proxy_, parts.settings.server),
      requests_(
          metrics_.counter("kong_nginx_requests_total", "Requests of this node", {{"subsystem", "http"}})),
      self_watch_(metrics_, parts.clock) {
  self_watch_.add(server_);
  self_watch_.add([this] { count_connections(); });
}

Result<void> GatewayWorker::listen() {
  if (auto listening = listen_on(parts_.settings.http_port, nullptr); !listening) return listening;
  if (auto listening = listen_on(parts_.settings.https_port, parts_.https); !listening) return listening;
  tasks_.spawn("self-watch", self_watch_.run());
  tasks_.spawn("ended-sessions", ended_sessions_.follow());
  return {};
}

Result<void> GatewayWorker::listen_on(std::uint16_t port, std::shared_ptr<net::ServerTls> tls) {
  const auto& address = parts_.settings.address;
  auto listening = server_.listen({.address = address.empty() ? parts_.config.address : address,
                                   .port = port,
                                   .tls = std::move(tls),
                                   .shares_port = true,
                                   .connections_max = parts_.settings.connections_max});
  if (!listening) return fail(listening);
  return {};
}

Awaitable<> GatewayWorker::stop(Deadline deadline) {
  (void)co_await server_.stop(deadline);
  co_await redis_counters_.stop(deadline);
  co_await discovery_.stop(deadline);
  (void)co_await tasks_.stop(deadline);
  client_.close_idle();
}

void GatewayWorker::count_connections() {
  active_.store(server_.connections(), std::memory_order_relaxed);
  accepted_.store(server_.accepted(), std::memory_order_relaxed);
  const auto show = [this](std::string_view state, double count) {
    metrics_
        .gauge("kong_nginx_connections_total", "Connections by state",
               {{"subsystem", "http"}, {"state", std::string(state)}})
        .set(count);
  };
  show("active", static_cast<double>(active_));
  show("accepted", static_cast<double>(accepted_));
}

}  // namespace gatehouse::gateway
