#include "auth_server/stores.hpp"

#include "auth_server/adapters/postgres_device_store.hpp"
#include "auth_server/adapters/postgres_grant_store.hpp"
#include "auth_server/adapters/postgres_key_store.hpp"
#include "auth_server/adapters/postgres_schema.hpp"
#include "auth_server/adapters/postgres_session_store.hpp"
#include "auth_server/adapters/sqlite_device_store.hpp"
#include "auth_server/adapters/sqlite_grant_store.hpp"
#include "auth_server/adapters/sqlite_key_store.hpp"
#include "auth_server/adapters/sqlite_schema.hpp"
#include "auth_server/adapters/sqlite_session_store.hpp"
#include "auth_server/keys/sealed_keys.hpp"
#include "runtime/worker.hpp"
#include "storage/postgres/wrapped_rows.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

const storage::WrappedTable kSigningKeys{"signing_key", "realm || '/' || kid", "wrapped"};
const storage::WrappedTable kRealmSecrets{"realm_secret", "realm || '/' || name", "wrapped"};
constexpr std::chrono::milliseconds kConnectionsMayTake{1'000};  // to end, when the role stops

// What the adapters of an engine share, and the adapters: they live and go together.
struct OnSqlite {
  OnSqlite(storage::sqlite::Database opened, BlockingPool& pool) : database(std::move(opened), pool) {}
  storage::sqlite::AsyncDatabase database;
  SqliteSessionStore sessions{database};
  SqliteGrantStore grants{database};
  SqliteDeviceStore devices{database};
  SqliteKeyStore keys{database};
};

struct OnPostgres {
  OnPostgres(service::Service& service, const storage::postgres::Options& options)
      : database(service.worker().executor(), options, auth_server_schema(), service.metrics()) {}
  storage::postgres::Database database;
  PostgresSessionStore sessions{database};
  PostgresGrantStore grants{database};
  PostgresDeviceStore devices{database};
  PostgresKeyStore keys{database};
  storage::postgres::PostgresWrappedRows signing_keys{database, kSigningKeys};
  storage::postgres::PostgresWrappedRows realm_secrets{database, kRealmSecrets};
};

template <class Engine>
Stores stores_on(const std::shared_ptr<Engine>& engine) {
  const auto part = [&engine](auto& member) {
    return std::shared_ptr<std::remove_reference_t<decltype(member)>>(engine, &member);
  };
  return {part(engine->sessions), part(engine->grants), part(engine->devices), part(engine->keys)};
}

Stores open(service::Service& service, const service::SqliteSettings& settings, service::RoleKeys& keys) {
  auto opened = open_auth_server_database(settings.file);
  if (!opened) throw service::StartError(opened.error());
  auto engine = std::make_shared<OnSqlite>(*std::move(opened), service.pool());
  keys.rewrap(engine->database, kSigningKeys, name_of_signing_key);
  keys.rewrap(engine->database, kRealmSecrets, name_of_realm_secret);
  service.on_stop([engine]() -> Awaitable<> {
    engine->database.stop();
    co_return;
  });
  return stores_on(engine);
}

Awaitable<> close(std::shared_ptr<OnPostgres> engine) {
  const bool is_stopped = co_await engine->database.stop(Deadline::after(kConnectionsMayTake));
  if (!is_stopped) log::warn("postgres-stop", "connections were left to the server");
}

Stores open(service::Service& service, const storage::postgres::Options& options, service::RoleKeys& keys) {
  auto engine = std::make_shared<OnPostgres>(service, options);
  service.add_readiness("store", [engine] { return engine->database.readiness(); });
  engine->database.start();
  keys.rewrap(kSigningKeys.table, engine->signing_keys, name_of_signing_key);
  keys.rewrap(kRealmSecrets.table, engine->realm_secrets, name_of_realm_secret);
  service.on_stop([engine] { return close(engine); });
  Stores stores = stores_on(engine);
  stores.wait_until_ready = [engine] { return engine->database.wait_until_ready(Deadline::never()); };
  return stores;
}

}  // namespace

Stores open_stores(service::Service& service, const service::SqlStoreSettings& settings,
                   service::RoleKeys& keys) {
  const auto open_engine = [&](const auto& engine) { return open(service, engine, keys); };
  return std::visit(open_engine, settings);
}

}  // namespace gatehouse::auth_server
