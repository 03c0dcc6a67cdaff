// What every role shares: a worker, TLS, discovery, health, metrics, and a stop in order.
//
//   service::Service service{config};                     // throws service::StartError with one clear line
//   Router router{policy(), service.verify_bearer(), service.metrics()};
//   …routes…
//   return service.run(router);                           // until SIGTERM; 0 after a clean drain
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/clock.hpp"
#include "discovery/client.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/task_group.hpp"
#include "runtime/worker.hpp"
#include "service/config.hpp"
#include "service/peers.hpp"
#include "service/router.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::service {

struct StartError : std::runtime_error {
  using std::runtime_error::runtime_error;
  explicit StartError(const Error& error);
};

// For what a role cannot start without.
template <class T>
T or_stop(Result<T> result) {
  if (!result) throw StartError(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// One line to whoever started this process, on the descriptor in GATEHOUSE_READY_FD: "ready", or "error …".
// Only the first call is heard.
void tell_supervisor(std::string_view words);

// Gatehouse's own: "0.1.0".
[[nodiscard]] std::string_view version();

// The discovery name of a role: "payments" → "payment-service".
[[nodiscard]] std::string_view service_name_of(std::string_view role);

struct ServiceOptions {
  std::size_t blocking_threads = 2;
  bool uses_discovery = true;  // the registry itself does not
  http::ServerLimits limits{};
};

// The JWKS document of an issuer that is the platform's auth server, fetched over mTLS.
[[nodiscard]] Awaitable<Result<std::string>> fetch_issuer_keys(Peers& peers, std::string issuer);

class Service {
 public:
  explicit Service(const Config& config, ServiceOptions options = {});
  ~Service();

  [[nodiscard]] const Config& config() const;
  [[nodiscard]] runtime::Worker& worker();
  [[nodiscard]] runtime::BlockingPool& pool();
  [[nodiscard]] runtime::TaskGroup& tasks();
  [[nodiscard]] telemetry::Metrics& metrics();
  [[nodiscard]] const core::Clock& clock();
  [[nodiscard]] http::Client& http();
  [[nodiscard]] discovery::Client& discovery();
  // For further discovery clients, as a gateway's workers have them; whose metrics are not set.
  [[nodiscard]] const discovery::ClientOptions& registry() const;
  [[nodiscard]] Peers& peers();
  [[nodiscard]] std::shared_ptr<net::ClientTls> client_tls();
  // Verifies tokens of config.issuer against the auth server's keys, fetched over mTLS.
  [[nodiscard]] VerifyBearer verify_bearer();
  // The JWKS document of config.issuer, fetched over mTLS through discovery.
  [[nodiscard]] std::function<Awaitable<Result<std::string>>()> fetch_keys();

  // Ready when all checks answer with success.
  void add_readiness(std::string_view name, std::function<Result<void>()> check);
  // Renders more shards into /metrics than this service's own.
  void add_metrics(const telemetry::Metrics& shard);
  // Called once a second on the role's worker: sets gauges that nothing else sets.
  void on_sample(std::function<void()> sample);
  // Called first when the role stops: for answers that would wait for something to happen.
  void on_drain(std::function<void()> let_go);
  // Called in reverse order when the role stops, before the worker ends, each within the drain time.
  void on_stop(std::function<Awaitable<>()> stop);

  // Listens on config.port with mutual TLS, registers in discovery, tells the supervisor that it is ready (a
  // line on the descriptor in GATEHOUSE_READY_FD), serves until SIGTERM or SIGINT, drains. Answers with the
  // exit code.
  int run(http::Handler& handler);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The JSON line of one finished request, at level debug for services (their metrics and traces tell the
// rest).
void log_access(const http::Exchange& exchange, std::chrono::nanoseconds took);

}  // namespace gatehouse::service
