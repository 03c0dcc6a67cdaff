#include "gateway/configuration_store.hpp"

#include "gateway/store/last_known_rows.hpp"
#include "gateway/store/postgres_entity_rows.hpp"
#include "gateway/store/seed.hpp"
#include "runtime/worker.hpp"
#include "storage/postgres/listener.hpp"
#include "storage/postgres/wrapped_rows.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway {
namespace {

namespace postgres = storage::postgres;
namespace sqlite = storage::sqlite;
using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{1'000};
constexpr milliseconds kStartMayWait{2'000};        // for a server
constexpr milliseconds kLookAgainAfter{50};         // while the gateway starts
constexpr milliseconds kConnectionsMayTake{1'000};  // to end, when the role stops

using service::or_stop;

struct OnPostgres {
  OnPostgres(service::Service& service, const postgres::Options& options, std::function<void()> on_news)
      : database(service.worker().executor(), options, store::configuration_schema(), service.metrics()),
        listener(service.worker().executor(), options, std::string(store::kConfigurationChannel),
                 std::move(on_news)),
        // Two statements one after the other, each within the operation's time.
        calls(service.worker().executor(), 3 * options.operation_timeout),
        data_keys(database, store::kWrappedEntityKeysOnPostgres) {}

  postgres::Database database;
  postgres::Listener listener;
  runtime::CallsFromThreads calls;
  postgres::PostgresWrappedRows data_keys;
};

Awaitable<> close(std::shared_ptr<OnPostgres> engine) {
  const auto deadline = Deadline::after(kConnectionsMayTake);
  const bool is_deaf = co_await engine->listener.stop(deadline);
  const bool is_quiet = co_await engine->calls.stop(deadline);
  const bool is_stopped = co_await engine->database.stop(deadline);
  if (!is_deaf || !is_quiet || !is_stopped)
    telemetry::log::warn("postgres-stop", "connections were left to the server");
}

}  // namespace

ConfigurationStore::ConfigurationStore(service::Service& service, const service::SqlStoreSettings& settings,
                                       service::RoleKeys& keys, const store::EntityTypes& types)
    : service_(service),
      is_embedded_(std::holds_alternative<service::SqliteSettings>(settings)),
      server_may_come_(Deadline::after(kStartMayWait)),
      news_(service.worker().executor()) {
  const auto open_engine = [&](const auto& engine) { return open(engine, keys); };
  store_ = std::make_unique<store::Store>(std::visit(open_engine, settings), types, keys.envelope());
  service.add_readiness("configuration", [this] { return readiness(); });
}

std::unique_ptr<store::SqliteEntityRows> ConfigurationStore::open_file(const std::filesystem::path& path,
                                                                       service::RoleKeys& keys) {
  auto file = or_stop(sqlite::Database::open(path.string()));
  file_.emplace(file, service_.pool());
  auto rows = or_stop(store::SqliteEntityRows::open(std::move(file)));
  keys.rewrap(*file_, store::kWrappedEntityKeys, store::name_of_entity_key);
  return rows;
}

std::unique_ptr<store::EntityRows> ConfigurationStore::open(const service::SqliteSettings& settings,
                                                            service::RoleKeys& keys) {
  return open_file(settings.file, keys);
}

std::unique_ptr<store::EntityRows> ConfigurationStore::open(const postgres::Options& options,
                                                            service::RoleKeys& keys) {
  const auto engine = std::make_shared<OnPostgres>(service_, options, [this] { news_.ring(); });
  engine->database.start();
  engine->listener.start();
  keys.rewrap(store::kWrappedEntityKeysOnPostgres.table, engine->data_keys, store::name_of_entity_key);
  service_.on_stop([engine] { return close(engine); });
  server_ = engine;
  const service::Config& config = service_.config();
  return std::make_unique<store::LastKnownRows>(
      std::make_unique<store::PostgresEntityRows>(engine->database, engine->calls),
      open_file(config.data_dir / (config.instance + ".last_known"), keys), server_may_come_);
}

void ConfigurationStore::start(store::ConfigurationListener& listener) {
  or_stop(store_->attach(listener));
  if (is_embedded_) {
    or_stop(take_over());
  } else {
    report(runtime::run_to_end(service_.worker().io(), look_until(server_may_come_)));
  }
  service_.tasks().spawn("configuration-refresh", follow());
}

Result<void> ConfigurationStore::readiness() const {
  if (auto read = store_->readiness(); !read) return read;
  if (!is_seeded_) return fail(ErrorKind::unavailable, "platform_routes_not_stored");
  return {};
}

// On a thread of the pool.
Result<void> ConfigurationStore::take_over() {
  if (auto refreshed = store_->refresh(); !refreshed) return fail(refreshed);
  if (is_seeded_) return {};
  if (auto seeded = store::seed_platform(*store_, service_.clock().now()); !seeded) {
    if (seeded.error().cause) return std::unexpected(*seeded.error().cause);
    return fail(ErrorKind::internal, "platform_routes_not_stored", json::serialize(seeded.error().body));
  }
  is_seeded_ = true;
  return {};
}

Awaitable<Result<void>> ConfigurationStore::look() {
  auto work = [this] { return take_over(); };
  co_return co_await service_.pool().run(std::move(work));
}

Awaitable<Result<void>> ConfigurationStore::look_until(Deadline deadline) {
  for (;;) {
    const bool is_last = deadline.is_over();
    Result<void> looked = co_await look();
    if (looked || is_last) co_return looked;
    const Result<void> waited = co_await news_.wait(kLookAgainAfter);
    if (!waited) co_return waited;
  }
}

Awaitable<> ConfigurationStore::follow() {
  for (;;) {
    const Result<void> waited = co_await news_.wait(kLookEvery);
    if (!waited) co_return;
    report(co_await look());
  }
}

// When the cause changes: the loop looks again and again.
void ConfigurationStore::report(const Result<void>& looked) {
  const std::string_view reason = looked ? std::string_view{} : looked.error().reason;
  if (reason == reported_ || (!looked && looked.error().kind == ErrorKind::cancelled)) return;
  reported_ = reason;
  if (looked) return telemetry::log::info("configuration-refresh", "the store is read again");
  telemetry::log::warn("configuration-refresh", "the store cannot be read; what is in force stays",
                       {telemetry::log::field(looked.error())});
}

}  // namespace gatehouse::gateway
