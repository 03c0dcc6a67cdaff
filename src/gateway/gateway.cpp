// The gateway's wiring: store, configuration, workers, Admin API. Worker 0 is the role's own worker; the
// others have threads of their own. See serve.cpp for what happens to a request.
#include "gateway/gateway.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "core/ids.hpp"
#include "gateway/admin/admin_api.hpp"
#include "gateway/configuration_store.hpp"
#include "gateway/node.hpp"
#include "gateway/plugins/catalog.hpp"
#include "http/problem.hpp"
#include "runtime/completion.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker_thread.hpp"
#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDrainTime{10'000};
constexpr milliseconds kReloadPause{1'000};

using service::or_stop;

// The listener for peers has health and metrics, which service:: answers, and nothing else.
class NothingElse final : public http::Handler {
 public:
  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override {
    exchange.response = http::problem_response(Error(ErrorKind::not_found, "not_found"));
    co_return;
  }
  void finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept override {
    service::log_access(exchange, took);
  }
};

// A UUID that stays the same over restarts.
std::string node_id(const std::filesystem::path& file) {
  std::string id;
  std::ifstream(file) >> id;
  if (core::is_uuid(id)) return id;
  id = core::uuid_v4();
  if (!(std::ofstream(file) << id << '\n')) throw service::StartError(file.string() + ": cannot be written");
  return id;
}

// With Kong's names.
json::object shown_of(const service::SqlStoreSettings& store) {
  const auto* postgres = std::get_if<storage::postgres::Options>(&store);
  if (postgres == nullptr) return {{"database", "sqlite"}};
  return {{"database", "postgres"},
          {"pg_host", postgres->hosts.front().name},
          {"pg_port", postgres->hosts.front().port},
          {"pg_database", postgres->database},
          {"pg_user", postgres->user},
          {"pg_ssl", true}};
}

admin::NodeFacts facts_of(const service::Config& config, const Settings& settings) {
  std::array<char, 256> hostname{};
  gethostname(hostname.data(), hostname.size() - 1);
  json::object shown = shown_of(settings.store);
  shown["router_flavor"] = "traditional_compatible";
  shown["nginx_worker_processes"] = settings.workers;
  return {.node_id = node_id(config.data_dir / (config.instance + ".node_id")),
          .hostname = hostname.data(),
          .configuration = std::move(shown)};
}

// The listeners share their ports among the workers, so the kernel would not tell of a stranger there.
void check_ports(const std::string& address, const Settings& settings) {
  if (settings.port_sharing == PortSharing::with_others) return;
  for (const auto port : {settings.http_port, settings.https_port}) {
    if (port != 0) or_stop(net::port_is_free(address, port));
  }
}

Settings read_settings(const service::Config& config) {
  const auto read_secret = [&config](const std::string& name) { return config.secret(name); };
  auto settings = or_stop(Settings::from_json(config.settings, config.data_dir, read_secret));
  check_ports(settings.address.empty() ? config.address : settings.address, settings);
  return settings;
}

// The public certificate is the role's own, renewed in place by its owner.
Awaitable<> reload_certificate(std::string file, std::shared_ptr<net::ServerTls> tls) {
  std::error_code ignored;
  auto seen = std::filesystem::last_write_time(file, ignored);
  for (;;) {
    const auto slept = co_await runtime::sleep_for(kReloadPause);
    if (!slept) co_return;
    const auto written = std::filesystem::last_write_time(file, ignored);
    if (written != seen && tls->reload()) seen = written;
  }
}

// Certificates are asked for only while a plugin wants them: a browser would bother people with the question.
net::ClientCertificate wanted_certificate(const Snapshot& snapshot) {
  const bool is_wanted =
      std::ranges::any_of(snapshot.plugins(), [](const auto& p) { return p.name == "mtls-auth"; });
  return is_wanted ? net::ClientCertificate::accept_any : net::ClientCertificate::none;
}

Awaitable<> stop_worker(GatewayWorker& worker, Deadline deadline, std::function<void()> done) {
  co_await worker.stop(deadline);
  done();
}

// The workers with threads of their own.
class Threads {
 public:
  Threads(const WorkerParts& parts, Node& node) {
    for (std::size_t i = 1; i < parts.settings.workers; ++i) {
      auto thread = std::make_unique<Thread>(parts.config.instance + "/" + std::to_string(i), parts);
      or_stop(thread->gateway.listen());
      node.add(thread->gateway);
      threads_.push_back(std::move(thread));
    }
  }

  void start() {
    for (auto& thread : threads_) thread->worker.start();
  }
  void show_metrics(service::Service& service) {
    for (auto& thread : threads_) service.add_metrics(thread->gateway.metrics());
  }

  // All at once; comes back when the last has ended.
  Awaitable<> stop(Deadline deadline) {
    if (threads_.empty()) co_return;
    auto begin = [this, deadline](auto resume) {
      auto done = std::make_shared<decltype(resume)>(std::move(resume));
      auto left = std::make_shared<std::atomic<std::size_t>>(threads_.size());
      const auto count = [done, left] {
        if (left->fetch_sub(1) == 1) (*done)(true);
      };
      for (auto& thread : threads_) {
        thread->worker.worker().post([&at = *thread, deadline, count] {
          at.stopping.spawn("stop", stop_worker(at.gateway, deadline, count));
        });
      }
    };
    (void)co_await runtime::completion<bool>(std::move(begin));
  }

 private:
  struct Thread {
    Thread(std::string name, const WorkerParts& parts)
        : worker(std::move(name)),
          stopping(worker.worker().executor()),
          gateway(worker.worker().executor(), parts) {}
    runtime::WorkerThread worker;
    runtime::TaskGroup stopping;
    GatewayWorker gateway;
  };
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace

int run(const service::Config& config) {
  service::Service service(config);
  const Settings settings = read_settings(config);

  // What is configured.
  const store::EntityTypes types(plugins::plugin_types());
  service::RoleKeys keys(service);
  ConfigurationStore configured(service, settings.store, keys, types);
  const auto https = or_stop(net::ServerTls::load(config.tls, net::ClientCertificate::none));
  Configuration configuration(plugins::catalog());
  configuration.on_change(
      [&](const Snapshot& snapshot) { (void)https->ask_for(wanted_certificate(snapshot)); });
  configured.start(configuration);

  // Who serves it.
  TargetHealth target_health;
  LocalCounters local_counters(settings.counters);
  const WebSites sites = or_stop(WebSites::load(settings.web_dir));
  if (sites.is_empty())
    log::warn("web-sites-missing",
              "no web files: what they would answer is 404, until tools/web has built them");
  Node node(configuration, target_health);
  const WorkerParts parts{
      .config = config,
      .settings = settings,
      .clock = service.clock(),
      .configuration = configuration,
      .target_health = target_health,
      .local_counters = local_counters,
      .sites = sites,
      .registry = service.registry(),
      .upstream_tls = {.platform = service.client_tls(), .world = or_stop(net::ClientTls::load({}))},
      .https = https};
  GatewayWorker first(service.worker().executor(), parts);
  or_stop(first.listen());
  node.add(first);
  node.add(service.metrics());
  service.add_metrics(first.metrics());
  Threads threads(parts, node);
  threads.show_metrics(service);

  // Who changes it.
  const admin::Endpoints endpoints(configured.store(), node, service.clock(), facts_of(config, settings));
  admin::AdminApi admin_api(endpoints, service.pool());
  http::Server admin_server(service.worker().executor(), admin_api, {});
  or_stop(admin_server.listen({.address = "127.0.0.1", .port = settings.admin_port}));

  service.tasks().spawn("certificate-reload", reload_certificate(config.tls.certificate, https));
  auto stop = [&]() -> Awaitable<> {
    const auto deadline = Deadline::after(kDrainTime);
    (void)co_await admin_server.stop(deadline);
    co_await threads.stop(deadline);
    co_await first.stop(deadline);
  };
  service.on_stop(stop);
  threads.start();
  NothingElse nothing_else;
  return service.run(nothing_else);
}

}  // namespace gatehouse::gateway
