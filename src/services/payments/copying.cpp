#include "services/payments/copying.hpp"

#include <fmt/format.h>

#include "service/keys/loaded_keys.hpp"
#include "services/payments/adapters/dynamodb_copy.hpp"
#include "services/payments/adapters/sqlite_copy.hpp"
#include "services/payments/adapters/sqlite_payment_store.hpp"
#include "services/payments/settings.hpp"

namespace gatehouse::payments {
namespace {

namespace dynamodb = storage::dynamodb;
namespace sqlite = storage::sqlite;
using data_copy::Place;
using data_copy::Use;

constexpr std::chrono::milliseconds kTryMayTake{20'000};  // a batch is many items, and nobody waits
constexpr std::chrono::milliseconds kTableWithin{30'000};

Place place_of(const SqliteSettings& settings) {
  const std::string file = std::filesystem::weakly_canonical(settings.file).string();
  return {"sqlite", {file}, "SQLite " + file};
}

Place place_of(const dynamodb::Options& options) {
  const std::string name =
      fmt::format("{}:{}/{}", options.endpoint.host, options.endpoint.port, options.table);
  return {"dynamodb", {name}, "DynamoDB " + name};
}

using Opened = Result<data_copy::Store>;

Result<sqlite::Database> open_database(const std::filesystem::path& file, Use use) {
  if (use == Use::source) return open_payments_source(file);
  auto database = sqlite::Database::open(file.string());
  if (!database) return database;
  if (auto prepared = prepare_payment_schema(*database); !prepared) return fail(prepared);
  return database;
}

Awaitable<Opened> open(const SqliteSettings& settings, crypto::Envelope envelope, Use use,
                       data_copy::Surroundings around) {
  auto database = open_database(settings.file, use);
  if (!database) co_return fail(database);
  auto shared = std::make_shared<sqlite::AsyncDatabase>(std::move(*database), around.pool);
  data_copy::Store store{.engine = shared};
  store.collections.push_back(collection_of(*shared, std::move(envelope)));
  co_return store;
}

// A table with all that calls to it need.
struct OnDynamodb {
  OnDynamodb(const dynamodb::Options& options, dynamodb::ClientOptions client_options,
             data_copy::Surroundings around)
      : http(around.executor, {}),
        client(http, std::move(client_options),
               dynamodb::credential_source(options.credentials, dynamodb::process_environment, http,
                                           around.pool),
               clock, around.metrics),
        table(client, options.table) {}

  core::SystemClock clock;
  http::Client http;
  dynamodb::Client client;
  dynamodb::Table table;
};

Awaitable<> closed(std::shared_ptr<OnDynamodb> engine) {
  engine->http.close_idle();
  co_return;
}

Awaitable<Opened> open(dynamodb::Options options, crypto::Envelope envelope, Use use,
                       data_copy::Surroundings around) {
  options.try_timeout = kTryMayTake;
  auto client_options = options.client();
  if (!client_options) co_return fail(client_options);
  auto engine = std::make_shared<OnDynamodb>(options, std::move(*client_options), around);
  const auto when_missing = use == Use::source ? dynamodb::WhenMissing::refuse : options.when_missing;
  auto shape = payment_item::shape();
  const auto prepared = co_await dynamodb::prepare(engine->table, std::move(shape), when_missing,
                                                   Deadline::after(kTableWithin));
  if (!prepared) {
    co_await closed(engine);
    co_return fail(prepared);
  }
  data_copy::Store store{.engine = engine, .close = [engine] { return closed(engine); }};
  store.collections.push_back(std::make_unique<DynamodbPayments>(engine->table, std::move(envelope)));
  co_return store;
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

}  // namespace gatehouse::payments
