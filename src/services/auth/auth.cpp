#include "services/auth/auth.hpp"

#include <fstream>
#include <iterator>
#include <malloc.h>

#include <fmt/format.h>

#include "runtime/worker.hpp"
#include "service/service.hpp"
#include "services/auth/adapters/argon_hasher.hpp"
#include "services/auth/adapters/cached_people.hpp"
#include "services/auth/adapters/keycloak_realm.hpp"
#include "services/auth/adapters/sqlite_people.hpp"
#include "services/auth/adapters/sqlite_roles_attempts.hpp"
#include "services/auth/adapters/sqlite_schema.hpp"
#include "services/auth/http/auth_api.hpp"
#include "services/auth/http/policy.hpp"
#include "services/auth/person_cache.hpp"
#include "services/auth/settings.hpp"
#include "services/auth/usecases/import_realm.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace {

template <class T>
T or_stop(Result<T> result) {
  if (!result) throw service::StartError(result.error());
  return std::move(*result);
}

storage::sqlite::Database open_store(const Settings& settings) {
  auto database = or_stop(storage::sqlite::Database::open(settings.store.string()));
  if (auto migrated = storage::sqlite::migrate(database, kSchema); !migrated) {
    throw service::StartError(migrated.error());
  }
  return database;
}

crypto::Envelope envelope_of(const service::Config& config) {
  auto ring = or_stop(crypto::KeyRing::from_json_file(config.secrets_dir() / "field_keys.json"));
  return crypto::Envelope(std::make_shared<const crypto::KeyRing>(std::move(ring)));
}

crypto::BlindIndex index_of(const service::Config& config) {
  Secret key = or_stop(config.secret("blind_index.key"));
  if (key.reveal().size() < 32) {
    throw service::StartError("secrets/blind_index.key: must have 32 bytes or more");
  }
  return crypto::BlindIndex(std::move(key));
}

Secret redis_password_of(const service::Config& config, const Settings& settings) {
  const auto& redis = settings.person_cache.redis;
  if (!redis || redis->password_file.empty()) return {};
  return or_stop(config.secret(redis->password_file));
}

// The realm whose people the public routes are about: the last part of the issuer.
std::string realm_of(const std::string& issuer) {
  constexpr std::string_view marker = "/realms/";
  const auto at = issuer.rfind(marker);
  if (at == std::string::npos) throw service::StartError(fmt::format("issuer: {} names no realm", issuer));
  return issuer.substr(at + marker.size());
}

void import_realms(const Ports& ports, const service::Config& config, const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw service::StartError(fmt::format("settings.realm_import: cannot read {}", file.string()));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const ReadSecret read_secret = [&config](const std::string& name) { return config.secret(name); };
  for (RealmExport& realm : or_stop(read_keycloak_realms(text, read_secret))) {
    const std::string name = realm.realm;
    const auto report = or_stop(runtime::run_to_end(import_realm(ports, std::move(realm))));
    log::info("realm-imported", "the realm's people and roles are in the store",
              {log::field("realm", name), log::field("roles.added", report.roles_added),
               log::field("people.added", report.people_added), log::field("people.kept", report.people_kept),
               log::field("people.without_password", report.without_password)});
  }
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
  storage::sqlite::AsyncDatabase database(open_store(settings), service.pool());
  const crypto::Envelope envelope = envelope_of(config);
  SqlitePeople people(database, {envelope, index_of(config)});
  SqliteRoles roles(database);
  SqliteAttempts attempts(database);
  ArgonHasher hasher(hash_threads, settings.hash_cost);
  AddressLimiter addresses(settings.addresses);
  const auto ports_with = [&](PersonStore& store) {
    return Ports{.people = store,
                 .roles = roles,
                 .attempts = attempts,
                 .hasher = hasher,
                 .addresses = addresses,
                 .clock = service.clock(),
                 .lockout = Lockout(settings.lockout),
                 .password_limits = settings.password};
  };
  if (!settings.realm_import.empty()) import_realms(ports_with(people), config, settings.realm_import);

  PersonCache cache(service, settings.person_cache, redis_password_of(config, settings));
  CachedPeople cached(people, cache.read_through(), CacheSealer(envelope),
                      {.ttl = settings.person_cache.ttl});
  AuthApi api(ports_with(cached), realm_of(config.issuer), service.metrics());
  service::Router router(policy(), service.verify_bearer(), service.metrics());
  api.add_routes(router);
  router.seal();
  return service.run(router);
}

}  // namespace gatehouse::auth
