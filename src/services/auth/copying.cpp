#include "services/auth/copying.hpp"

#include <iterator>

#include <fmt/format.h>

#include "service/keys/loaded_keys.hpp"
#include "services/auth/adapters/mongo_copy.hpp"
#include "services/auth/adapters/mongo_schema.hpp"
#include "services/auth/adapters/sqlite_copy.hpp"
#include "services/auth/adapters/sqlite_schema.hpp"
#include "services/auth/adapters/subject_keys_copy.hpp"
#include "services/auth/settings.hpp"
#include "storage/mongo/subject_key_collection.hpp"
#include "storage/mongo/wrapped_rows.hpp"
#include "storage/sqlite/subject_key_file.hpp"

namespace gatehouse::auth {

namespace {

namespace mongo = storage::mongo;
namespace sqlite = storage::sqlite;
using data_copy::Place;
using data_copy::Use;

constexpr std::chrono::milliseconds kPageMayTake{120'000};  // a page is many people, and nobody waits

Place place_of(const SqliteSettings& settings) {
  const std::string file = std::filesystem::weakly_canonical(settings.file).string();
  return {"sqlite", {file}, "SQLite " + file};
}

Place place_of(const mongo::Options& options) {
  Place place{.engine = "mongodb"};
  for (const std::string& host : options.hosts)
    place.names.push_back(fmt::format("{}/{}", host, options.database));
  place.shown = "MongoDB " + place.names.front();
  return place;
}

// Where the keys of people lie, with all that is needed to reach them.
struct OpenKeys {
  std::shared_ptr<void> engine;
  std::shared_ptr<crypto::SubjectKeyStore> store;
  std::shared_ptr<storage::WrappedRows> rows;
};

Result<OpenKeys> open_key_file(const std::filesystem::path& path, Use use, data_copy::Surroundings around) {
  std::error_code ignored;
  if (use == Use::source && !std::filesystem::exists(path, ignored))
    return refuse(ErrorKind::not_found, "no_such_store", path.string() + " is not there");
  auto file = sqlite::SubjectKeyFile::open(path.string());
  if (!file) return fail(file);
  auto database = std::make_shared<sqlite::AsyncDatabase>((*file)->database(), around.pool);
  auto rows = std::make_shared<sqlite::SqliteWrappedRows>(*database, sqlite::kSubjectKeyTable);
  return OpenKeys{std::move(database), std::move(*file), std::move(rows)};
}

Result<OpenKeys> open_key_collection(mongo::Options options, Use use) {
  options.operation_timeout = kPageMayTake;
  auto client =
      mongo::Client::open(std::move(options), use == Use::source ? nullptr : mongo::prepare_subject_keys);
  if (!client) return fail(client);
  std::shared_ptr<mongo::Client> shared = std::move(*client);
  auto store = std::make_shared<mongo::SubjectKeysInOrder>(*shared);
  auto rows = std::make_shared<mongo::MongoWrappedRows>(*shared, std::string(mongo::kSubjectKeyCollection));
  return OpenKeys{std::move(shared), std::move(store), std::move(rows)};
}

// The people's engine and what it works with, in the order in which they may go.
struct Opened {
  OpenKeys keys;
  std::optional<sqlite::AsyncDatabase> database;
  std::unique_ptr<mongo::Client> client;
};
using Collections = std::vector<std::unique_ptr<data_copy::Collection>>;

Result<Collections> open_people(const SqliteSettings& settings, const PersonSealer& sealer, Use use,
                                data_copy::Surroundings around, Opened& opened) {
  auto database =
      use == Use::source ? open_people_source(settings.file) : sqlite::Database::open(settings.file.string());
  if (!database) return fail(database);
  if (use == Use::destination) {
    if (auto prepared = prepare_store(*database, sealer.keys()); !prepared) return fail(prepared);
  }
  return collections_of(opened.database.emplace(std::move(*database), around.pool), sealer);
}

Result<Collections> open_people(mongo::Options options, const PersonSealer& sealer, Use use,
                                data_copy::Surroundings /*around*/, Opened& opened) {
  options.operation_timeout = kPageMayTake;
  auto client = mongo::Client::open(std::move(options), use == Use::source ? expect_prepared : prepare_mongo);
  if (!client) return fail(client);
  opened.client = std::move(*client);
  return collections_of(*opened.client, sealer);
}

}  // namespace

Result<Place> place_of_store(const service::Config& config) {
  const auto settings = settings_of(config);
  if (!settings) return fail(settings);
  return std::visit([](const auto& engine) { return place_of(engine); }, settings->store);
}

Awaitable<Result<data_copy::Store>> open_for_copy(const service::Config& config, Use use,
                                                  data_copy::Surroundings around) {
  const auto settings = settings_of(config);
  if (!settings) co_return fail(settings);
  auto envelope = co_await service::load_envelope(config, around.pool);
  if (!envelope) co_return fail(envelope);
  auto index = co_await service::load_index(config);
  if (!index) co_return fail(index);
  auto keys = settings->subject_keys ? open_key_collection(*settings->subject_keys, use)
                                     : open_key_file(config.secrets_dir() / "subject_keys.db", use, around);
  if (!keys) co_return fail(keys);
  auto opened = std::make_shared<Opened>();
  opened->keys = std::move(*keys);
  const PersonSealer sealer({std::move(*envelope), opened->keys.store}, std::move(*index));
  const auto open_engine = [&](const auto& engine) {
    return open_people(engine, sealer, use, around, *opened);
  };
  auto people = std::visit(open_engine, settings->store);
  if (!people) co_return fail(people);
  data_copy::Store store{.engine = opened};
  store.collections.push_back(
      std::make_unique<SubjectKeysCopy>(*opened->keys.store, *opened->keys.rows, around.pool));
  std::ranges::move(*people, std::back_inserter(store.collections));
  co_return store;
}

}  // namespace gatehouse::auth
