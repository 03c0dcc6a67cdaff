#include "services/auth/auth.hpp"

#include <fstream>
#include <iterator>
#include <malloc.h>

#include <fmt/format.h>

#include "runtime/worker.hpp"
#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "services/auth/adapters/argon_hasher.hpp"
#include "services/auth/adapters/cached_people.hpp"
#include "services/auth/adapters/keycloak_realm.hpp"
#include "services/auth/http/auth_api.hpp"
#include "services/auth/http/policy.hpp"
#include "services/auth/person_cache.hpp"
#include "services/auth/settings.hpp"
#include "services/auth/shared_keys.hpp"
#include "services/auth/store_watch.hpp"
#include "services/auth/usecases/import_realm.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace {

using service::or_stop;

// The realm whose people the public routes are about: the last part of the issuer.
std::string realm_of(const std::string& issuer) {
  constexpr std::string_view marker = "/realms/";
  const auto at = issuer.rfind(marker);
  if (at == std::string::npos) throw service::StartError(fmt::format("issuer: {} names no realm", issuer));
  return issuer.substr(at + marker.size());
}

std::vector<RealmExport> realms_to_import(const service::Config& config, const std::filesystem::path& file) {
  if (file.empty()) return {};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw service::StartError(fmt::format("settings.realm_import: cannot read {}", file.string()));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const ReadSecret read_secret = [&config](const std::string& name) { return config.secret(name); };
  return or_stop(read_keycloak_realms(text, read_secret));
}

Awaitable<Result<void>> import_realms(Ports ports, std::vector<RealmExport> realms) {
  for (RealmExport& realm : realms) {
    const std::string name = realm.realm;
    const auto report = co_await import_realm(ports, std::move(realm));
    if (!report) co_return fail(report);
    log::info(
        "realm-imported", "the realm's people and roles are in the store",
        {log::field("realm", name), log::field("roles.added", report->roles_added),
         log::field("people.added", report->people_added), log::field("people.kept", report->people_kept),
         log::field("people.without_password", report->without_password)});
  }
  co_return Result<void>{};
}

// What comes before the first request, once the stores answer.
Awaitable<Result<void>> open_house(SharedKeys* shared_keys, Stores& stores, Ports ports,
                                   std::vector<RealmExport> realms) {
  if (shared_keys != nullptr) {
    if (auto taken_over = co_await shared_keys->take_over_file(); !taken_over) co_return taken_over;
  }
  if (auto replayed = co_await stores.replay_erasures(); !replayed) co_return replayed;
  co_return co_await import_realms(std::move(ports), std::move(realms));
}

// The first look, before anything is served. If the store is not there yet, the role starts without it.
void begin_with(StoreWatch& watch, service::Service& service) {
  if (const auto looked = runtime::run_to_end(watch.look()); !looked)
    throw service::StartError(looked.error());
  service.add_readiness("store", [&watch] { return watch.is_ready(); });
  service.tasks().spawn("store-watch", watch.run());
}

// A hash takes some 20 MB for 40 ms. A fixed threshold makes each a mapping of its own that goes back to the
// system at once; by default the allocator keeps them for good after the first.
void give_back_hash_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

}  // namespace

int run(const service::Config& config) {
  give_back_hash_memory();
  const Settings settings = or_stop(settings_of(config));
  service::Service service(config);
  BlockingPool hash_threads("hashing", settings.hashing);
  service::RoleKeys keys(service);
  const auto name_of = [](const std::string& subject) { return record_name_of(subject); };
  std::optional<SharedKeys> shared_keys;
  if (settings.subject_keys) shared_keys.emplace(service, keys, *settings.subject_keys);
  const PersonSealer sealer(shared_keys ? shared_keys->keys() : keys.subject_keys(name_of), keys.index());
  const auto stores = or_stop(open_stores(service, settings.store, sealer));
  keys.rotate(service::kIndexRing, "person", stores->email_index());
  ArgonHasher hasher(hash_threads, settings.hash_cost);
  AddressLimiter addresses(settings.addresses);
  const auto ports_with = [&](PersonStore& store) {
    return Ports{.people = store,
                 .roles = stores->roles(),
                 .attempts = stores->attempts(),
                 .hasher = hasher,
                 .addresses = addresses,
                 .clock = service.clock(),
                 .lockout = Lockout(settings.lockout),
                 .password_limits = settings.password};
  };
  const auto realms = realms_to_import(config, settings.realm_import);
  StoreWatch watch(*stores, [&] {
    return open_house(shared_keys ? &*shared_keys : nullptr, *stores, ports_with(stores->people()), realms);
  });
  begin_with(watch, service);

  PersonCache cache(service, settings.person_cache);
  CachedPeople cached(stores->people(), cache.read_through(), CacheSealer(keys.envelope()),
                      {.ttl = settings.person_cache.ttl});
  AuthApi api(ports_with(cached), realm_of(config.issuer), service.metrics());
  service::Router router(policy(), service.verify_bearer(), service.metrics());
  api.add_routes(router);
  router.seal();
  return service.run(router);
}

}  // namespace gatehouse::auth
