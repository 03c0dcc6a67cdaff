// The wiring of the payments role: the only file that knows which adapters run.
#include "services/payments/payments.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/ids.hpp"
#include "service/service.hpp"
#include "services/payments/adapters/http_provider.hpp"
#include "services/payments/adapters/log_event_sink.hpp"
#include "services/payments/adapters/sqlite_payment_store.hpp"
#include "services/payments/http/json_of_payment.hpp"
#include "services/payments/http/payments_api.hpp"
#include "services/payments/http/policy.hpp"
#include "services/payments/usecases/recovery_worker.hpp"

namespace gatehouse::payments {
namespace {

struct Settings {
  std::string provider = "provider-sim";  // its name in discovery, and a metric label
  PaymentTimes times;
  RecoveryLimits recovery;
  ProviderCallLimits calls;

  static Result<Settings> from_json(const json::object& object) {
    Fields fields{object};
    Settings settings;
    settings.provider = fields.optional_text("provider", settings.provider);
    settings.times.provider = fields.optional_duration("provider_time", settings.times.provider);
    settings.times.look_up = fields.optional_duration("look_up_time", settings.times.look_up);
    settings.calls.one_try = fields.optional_duration("provider_try_time", settings.calls.one_try);
    settings.recovery.pause = fields.optional_duration("recovery_pause", settings.recovery.pause);
    if (auto complete = fields.finish(); !complete) return fail(complete);
    return settings;
  }
};

template <class T>
T or_stop(Result<T> result) {
  if (!result) throw service::StartError(result.error());
  return std::move(*result);
}

crypto::Envelope open_envelope(const service::Config& config) {
  auto ring = or_stop(crypto::KeyRing::from_json_file(config.secrets_dir() / "field_keys.json"));
  return crypto::Envelope(std::make_shared<const crypto::KeyRing>(std::move(ring)));
}

storage::sqlite::Database open_database(const service::Config& config) {
  auto database = or_stop(storage::sqlite::Database::open((config.data_dir / "payments.db").string()));
  if (auto prepared = prepare_payment_schema(database); !prepared)
    throw service::StartError(prepared.error());
  return database;
}

}  // namespace

int run(const service::Config& config) {
  const Settings settings = or_stop(Settings::from_json(config.settings));
  service::Service service{config};

  storage::sqlite::AsyncDatabase database(open_database(config), service.pool());
  SqlitePaymentStore store(database, open_envelope(config));
  ProviderCalls::Send send = [&peers = service.peers(), name = settings.provider](http::Request& request,
                                                                                  CallContext context) {
    return peers.call(name, request, context.deadline, context.trace);
  };
  ProviderCalls calls(std::move(send), service.clock(), service.metrics(), settings.provider, settings.calls);
  HttpProvider provider(settings.provider, calls, or_stop(config.secret("provider_api_key")));

  const JsonAnswers answers;
  Measures measures(service.metrics(), provider.name());
  const Surroundings around{.store = store,
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
  service.tasks().spawn("payment-recovery", recovery.run());
  return service.run(router);
}

}  // namespace gatehouse::payments
