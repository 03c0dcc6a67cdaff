#include "services/orders/copying.hpp"

#include <fmt/format.h>

#include "runtime/timer.hpp"
#include "service/keys/loaded_keys.hpp"
#include "services/orders/adapters/postgres_copy.hpp"
#include "services/orders/adapters/sqlite_copy.hpp"
#include "services/orders/settings.hpp"

namespace gatehouse::orders {
namespace {

using data_copy::Place;
using data_copy::Use;
using std::chrono::milliseconds;

constexpr milliseconds kConnectsWithin{10'000};
constexpr milliseconds kClosesWithin{1'000};
constexpr milliseconds kLooksAgainAfter{50};
constexpr milliseconds kPageMayTake{120'000};  // a page is many records, and nobody waits for an answer

Place place_of(const service::SqliteSettings& settings) {
  const std::string file = std::filesystem::weakly_canonical(settings.file).string();
  return {"sqlite", {file}, "SQLite " + file};
}

Place place_of(const postgres::Options& options) {
  Place place{.engine = "postgres"};
  for (const auto& host : options.hosts)
    place.names.push_back(fmt::format("{}:{}/{}", host.name, host.port, options.database));
  place.shown = "PostgreSQL " + place.names.front();
  return place;
}

using Opened = Result<data_copy::Store>;

Awaitable<Opened> open(const service::SqliteSettings& settings, crypto::Envelope envelope, Use use,
                       data_copy::Surroundings around) {
  auto database =
      use == Use::source ? open_orders_source(settings.file) : open_orders_database(settings.file);
  if (!database) co_return fail(database);
  auto shared = std::make_shared<OrdersDatabase>(std::move(*database), around.pool, std::move(envelope));
  co_return data_copy::Store{shared, collections_of(*shared), {}};
}

// Until there is a connection, or a reason that time does not heal.
Awaitable<Result<void>> connected(postgres::Database& database) {
  const auto deadline = Deadline::after(kConnectsWithin);
  for (;;) {
    const Result<void> ready = database.readiness();
    const bool is_hopeless = !ready && std::string_view(ready.error().reason).starts_with("postgres_schema");
    if (ready || is_hopeless || deadline.is_over()) co_return ready;
    const Result<void> slept = co_await runtime::sleep_for(kLooksAgainAfter);
    if (!slept) co_return slept;
  }
}

Awaitable<> closed(std::shared_ptr<OrdersCluster> shared) {
  (void)co_await shared->database.stop(Deadline::after(kClosesWithin));
}

Awaitable<Opened> open(postgres::Options options, crypto::Envelope envelope, Use use,
                       data_copy::Surroundings around) {
  options.operation_timeout = kPageMayTake;
  options.application_name = "gatehouse data copy";
  const auto upkeep = use == Use::source ? postgres::Upkeep::expect : postgres::Upkeep::migrate;
  auto shared = std::make_shared<OrdersCluster>(around.executor, std::move(options), around.metrics,
                                                std::move(envelope), upkeep);
  shared->database.start();
  const Result<void> ready = co_await connected(shared->database);
  if (ready) co_return data_copy::Store{shared, collections_of(*shared), [shared] { return closed(shared); }};
  co_await closed(shared);
  co_return fail(ready);
}

}  // namespace

Result<Place> place_of_store(const service::Config& config) {
  const auto settings = settings_of(config);
  if (!settings) return fail(settings);
  return std::visit([](const auto& engine) { return place_of(engine); }, settings->store);
}

Awaitable<Opened> open_for_copy(const service::Config& config, Use use, data_copy::Surroundings around) {
  const auto settings = settings_of(config);
  if (!settings) co_return fail(settings);
  auto envelope = co_await service::load_envelope(config, around.pool);
  if (!envelope) co_return fail(envelope);
  const auto open_engine = [&](const auto& engine) {
    return open(engine, std::move(*envelope), use, around);
  };
  co_return co_await std::visit(open_engine, settings->store);
}

}  // namespace gatehouse::orders
