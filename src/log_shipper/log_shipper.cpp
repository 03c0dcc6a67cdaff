// The wiring of the log-shipper role.
#include "log_shipper/log_shipper.hpp"

#include "log_shipper/shipper.hpp"
#include "service/service.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::log_shipper {

namespace {

constexpr std::chrono::milliseconds kFinishTime{5'000};  // to send the last lines when the platform stops

using service::or_stop;

Awaitable<> finish(Shipper& shipper) {
  if (!co_await shipper.finish(Deadline::after(kFinishTime)))
    log::warn("log-unfinished", "stopped before all lines were sent: the next start goes on");
}

}  // namespace

Result<Settings> settings_of(const service::Config& config) {
  return Settings::from_json(config.settings, config.secrets_dir());
}

int run(const service::Config& config) {
  Settings settings = or_stop(settings_of(config));
  if (config.log_dir.empty()) throw service::StartError("logs.directory: is required");
  service::Service service{config, {.blocking_threads = 1, .uses_discovery = false}};
  const ShipperParts parts{.http = service.http(),
                           .pool = service.pool(),
                           .metrics = service.metrics(),
                           .executor = service.worker().executor()};
  const auto shipper = or_stop(Shipper::make(parts, std::move(settings), config.log_dir, config.data_dir));
  service.add_readiness("elasticsearch", [&shipper] { return shipper->check(); });
  service.on_stop([&shipper] { return finish(*shipper); });
  service.tasks().spawn("ship-logs", shipper->run());
  // No routes of its own: health and metrics are everybody's.
  service::Router router{service::Policy{.roles = identity::RoleTable({}), .routes = {}},
                         service.verify_bearer(), service.metrics()};
  router.seal();
  return service.run(router);
}

}  // namespace gatehouse::log_shipper
