// The wiring of the payments role: the only file that knows which adapters run.
#include "services/payments/payments.hpp"

#include <fmt/format.h>

#include "core/ids.hpp"
#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "services/payments/adapters/http_provider.hpp"
#include "services/payments/adapters/log_event_sink.hpp"
#include "services/payments/http/json_of_payment.hpp"
#include "services/payments/http/payments_api.hpp"
#include "services/payments/http/policy.hpp"
#include "services/payments/settings.hpp"
#include "services/payments/stores.hpp"
#include "services/payments/usecases/recovery_worker.hpp"

namespace gatehouse::payments {
namespace {

using service::or_stop;

}  // namespace

int run(const service::Config& config) {
  const Settings settings = or_stop(settings_of(config));
  service::Service service{config};

  service::RoleKeys keys(service);
  const std::unique_ptr<OpenStore> store = open_store(settings.store, service, keys);
  ProviderCalls::Send send = [&peers = service.peers(), name = settings.provider](http::Request& request,
                                                                                  CallContext context) {
    return peers.call(name, request, context.deadline, context.trace);
  };
  ProviderCalls calls(std::move(send), service.clock(), service.metrics(), settings.provider, settings.calls);
  HttpProvider provider(settings.provider, calls, or_stop(config.secret("provider_api_key")));

  const JsonAnswers answers;
  Measures measures(service.metrics(), provider.name());
  const Surroundings around{.store = store->store(),
                            .provider = provider,
                            .answers = answers,
                            .clock = service.clock(),
                            .measures = measures,
                            .instance = fmt::format("{}#{}", config.instance, core::random_token(6)),
                            .times = settings.times};
  service::Router router{policy(), service.verify_bearer(), service.metrics()};
  add_payment_routes(router, around, service::PageCursor(or_stop(config.secret("cursor.key"))));
  router.seal();

  LogEventSink events;
  RecoveryWorker recovery(around, events, service.tasks(), settings.recovery);
  store->start([&] { service.tasks().spawn("payment-recovery", recovery.run()); });
  return service.run(router);
}

}  // namespace gatehouse::payments
