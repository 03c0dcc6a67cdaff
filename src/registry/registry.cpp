#include "registry/registry.hpp"

#include "registry/catalog.hpp"
#include "registry/consul_api.hpp"
#include "registry/https_checks.hpp"
#include "registry/maintenance_file.hpp"
#include "service/service.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::registry {

namespace {

constexpr std::chrono::milliseconds kExpiryInterval{100};

// TTLs run out even if nobody asks.
Awaitable<> expire_checks(Catalog& catalog, ConsulApi& api, const core::Clock& clock) {
  for (;;) {
    const auto slept = co_await runtime::sleep_for(kExpiryInterval);
    if (!slept) co_return;
    if (catalog.expire(clock.steady_now())) api.announce_change();
  }
}

Awaitable<> write_notes(BlockingPool& pool, std::filesystem::path file, Catalog::Maintenance maintenance) {
  auto write = [&file, &maintenance] { return write_maintenance(file, maintenance); };
  const auto written = co_await pool.run(std::move(write));
  if (!written) log::error("maintenance-file", "maintenance is not kept", {log::field(written.error())});
}

// Who is in maintenance is written down: the registry itself keeps nothing else on disk.
class MaintenanceNotes {
 public:
  MaintenanceNotes(service::Service& service, std::filesystem::path file)
      : service_(service), file_(std::move(file)) {}

  void load(Catalog& catalog) const {
    auto maintenance = read_maintenance(file_);
    if (!maintenance) throw service::StartError(maintenance.error());
    catalog.restore_maintenance(std::move(*maintenance));
  }
  void save(const Catalog::Maintenance& maintenance) const {
    service_.tasks().spawn("maintenance-file", write_notes(service_.pool(), file_, maintenance));
  }

 private:
  service::Service& service_;
  std::filesystem::path file_;
};

// A name that once had instances is shown without any afterwards, not left out: that is what an alert sees.
class InstanceCounts {
 public:
  InstanceCounts(const Catalog& catalog, telemetry::Metrics& metrics)
      : catalog_(catalog), metrics_(metrics) {}

  void show() {
    for (auto& [instances, count] : counts_) count = 0;
    for (const auto& [id, service] : catalog_.services()) {
      for (const auto* state : {"passing", "critical", "maintenance"})
        counts_.try_emplace({service.name, state});
      ++counts_[{service.name, state_of(service)}];
    }
    for (const auto& [instances, count] : counts_) {
      metrics_
          .gauge("registry_instances", "Instances that are registered, by what their checks say",
                 {{"service", instances.first}, {"state", instances.second}})
          .set(static_cast<double>(count));
    }
  }

 private:
  [[nodiscard]] std::string state_of(const Service& service) const {
    if (catalog_.maintenance().contains(service.id)) return "maintenance";
    return service.health() == Health::passing ? "passing" : "critical";
  }

  const Catalog& catalog_;
  telemetry::Metrics& metrics_;
  std::map<std::pair<std::string, std::string>, std::size_t> counts_;
};

}  // namespace

int run(const service::Config& config) {
  service::ServiceOptions options{.blocking_threads = 1, .uses_discovery = false};
  options.limits.request_timeout =
      std::chrono::milliseconds{605'000};  // a blocking query may wait for ten minutes
  service::Service service{config, options};
  Fields settings{config.settings, "settings"};
  if (auto complete = settings.finish(); !complete) throw service::StartError(complete.error());

  Catalog catalog;
  ConsulApi api(catalog, service.clock(), service.worker().executor());
  const MaintenanceNotes notes(service, config.data_dir / "maintenance.json");
  notes.load(catalog);
  api.on_maintenance([&notes](const Catalog::Maintenance& maintenance) { notes.save(maintenance); });
  service::Router router{ConsulApi::policy(), service.verify_bearer(), service.metrics()};
  api.add_routes(router);
  router.seal();
  HttpsChecks checks(catalog, api, service);
  InstanceCounts counts(catalog, service.metrics());
  service.on_sample([&counts] { counts.show(); });
  service.tasks().spawn("expire-checks", expire_checks(catalog, api, service.clock()));
  service.tasks().spawn("https-checks", checks.run());
  service.on_drain([&api] { api.let_go(); });
  return service.run(router);
}

}  // namespace gatehouse::registry
