// The wiring of the provider-sim role.
#include "provider_sim/provider_sim.hpp"

#include "core/fields.hpp"
#include "provider_sim/api.hpp"
#include "service/service.hpp"

namespace gatehouse::provider_sim {
namespace {

using service::or_stop;

Result<ApiLimits> settings_of(const json::object& object) {
  Fields fields{object};
  ApiLimits limits;
  limits.slow_token = fields.optional_duration("slow_token", limits.slow_token);
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return limits;
}

Awaitable<Result<identity::Principal>> judge_key(Secret expected, std::string token) {
  if (!core::constant_time_equal(expected.reveal(), token)) {
    co_return refuse(ErrorKind::unauthenticated, "api_key_invalid");
  }
  identity::Principal merchant;
  merchant.kind = identity::Principal::Kind::service;
  merchant.subject = "merchant";
  merchant.roles.insert("merchant");
  co_return merchant;
}

// The API key is a bearer token whose holder may move money.
service::VerifyBearer verify_api_key(Secret expected) {
  return
      [expected = std::move(expected)](std::string token) { return judge_key(expected, std::move(token)); };
}

}  // namespace

int run(const service::Config& config) {
  const ApiLimits limits = or_stop(settings_of(config.settings));
  service::Service service{config};
  auto file = or_stop(storage::sqlite::Database::open((config.data_dir / "provider.db").string()));
  if (auto prepared = prepare_bank_schema(file); !prepared) throw service::StartError(prepared.error());
  storage::sqlite::AsyncDatabase database(std::move(file), service.pool());
  Bank bank(database);
  Api api(bank, service.clock(), limits);
  if (auto restored = runtime::run_to_end(api.restore_faults()); !restored) {
    throw service::StartError(restored.error());
  }
  service::Router router{policy(), verify_api_key(or_stop(config.secret("provider_api_key"))),
                         service.metrics()};
  api.add_routes(router);
  router.seal();
  return service.run(router);
}

}  // namespace gatehouse::provider_sim
