#include "gateway/store/store.hpp"

#include <fmt/format.h>

namespace gatehouse::gateway::store {
namespace {

namespace sqlite = storage::sqlite;

// `generation` counts changes: another process sees that it must read again.
constexpr std::array<sqlite::Migration, 1> kMigrations{{{1, R"sql(
  CREATE TABLE entities (
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    wrapped_key BLOB,
    PRIMARY KEY (type, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE generation (number INTEGER NOT NULL) STRICT;
  INSERT INTO generation (number) VALUES (1);
  CREATE TABLE seeds (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
)sql"}}};

struct StoredRow {
  std::string type;
  std::string id;
  SealedRow sealed;
};

StoredRow read_row(const sqlite::Row& row) {
  return {row.text(0), row.text(1), {.body = row.text(2), .wrapped_key = row.maybe_text(3)}};
}

Outcome<Entity> refused(Error cause) {
  return std::unexpected(unexpected(std::move(cause)));
}

// What the listener would not put into force is the client's fault: a route that cannot be compiled.
Refusal not_servable(const Error& error) {
  if (error.origin != Origin::client) return unexpected(error);
  return schema_violation({{"@entity", json::array{json::string(error.detail)}}});
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(sqlite::Database database, const EntityTypes& types,
                                           crypto::Envelope envelope) {
  if (auto migrated = sqlite::migrate(database, kMigrations); !migrated) return fail(migrated);
  std::unique_ptr<Store> store(new Store(std::move(database), types, std::move(envelope)));
  auto read = store->refresh();
  if (!read) return fail(read);
  return store;
}

std::shared_ptr<const Entities> Store::entities() const {
  const std::scoped_lock lock(entities_mutex_);
  return entities_;
}

void Store::keep(std::shared_ptr<const Entities> entities, std::int64_t generation) {
  generation_ = generation;
  const std::scoped_lock lock(entities_mutex_);
  entities_ = std::move(entities);
}

Result<void> Store::attach(ConfigurationListener& listener) {
  const std::scoped_lock lock(mutex_);
  listener_ = &listener;
  return publish(entities());
}

Result<void> Store::publish(const std::shared_ptr<const Entities>& entities) {
  return listener_ == nullptr ? Result<void>{} : listener_->publish(entities);
}

Result<std::int64_t> Store::generation(sqlite::Connection& connection) const {
  auto found =
      connection.one("SELECT number FROM generation", [](const sqlite::Row& row) { return row.integer(0); });
  if (!found) return fail(found);
  return found->value_or(0);
}

Result<std::shared_ptr<const Entities>> Store::load(sqlite::Connection& connection) const {
  auto rows = connection.all("SELECT type, id, body, wrapped_key FROM entities", read_row);
  if (!rows) return fail(rows);
  std::map<std::string_view, std::shared_ptr<Table>> tables;
  for (const StoredRow& row : *rows) {
    const EntityType* type = types_.find(row.type);
    if (type == nullptr) return fail(ErrorKind::internal, "unknown_entity_type", row.type);
    auto entity = cipher_.open(*type, row.id, row.sealed);
    if (!entity)
      return fail(entity.error().kind, entity.error().reason, fmt::format("{} {}", row.type, row.id));
    std::shared_ptr<Table>& table = tables[type->name];
    if (table == nullptr) table = std::make_shared<Table>();
    table->put(*type, std::make_shared<const json::object>(std::move(*entity)));
  }
  auto entities = std::make_shared<Entities>();
  for (auto& [name, table] : tables) entities->replace(name, std::move(table));
  return entities;
}

// Inside a transaction, so that rows and generation belong together.
Result<bool> Store::catch_up(sqlite::Connection& connection) {
  const auto now = generation(connection);
  if (!now) return fail(now);
  if (*now == generation_) return false;
  auto loaded = load(connection);
  if (!loaded) return fail(loaded);
  if (auto published = publish(*loaded); !published) return fail(published);
  keep(std::move(*loaded), *now);
  return true;
}

Result<bool> Store::refresh() {
  const std::scoped_lock lock(mutex_);
  auto connection = database_.reader();
  if (!connection) return fail(connection);
  return sqlite::snapshot(*connection, [&] { return catch_up(*connection); });
}

Result<void> Store::write(sqlite::Connection& connection, const Draft::Write& write) const {
  Result<std::int64_t> done = 0;
  if (write.entity == nullptr) {
    done = connection.run("DELETE FROM entities WHERE type = ? AND id = ?", write.type->name, write.id);
  } else {
    auto row = cipher_.seal(*write.type, *write.entity);
    if (!row) return fail(row);
    const auto key = row->wrapped_key.transform([](const std::string& bytes) { return sqlite::Blob{bytes}; });
    done = connection.run("INSERT OR REPLACE INTO entities (type, id, body, wrapped_key) VALUES (?, ?, ?, ?)",
                          write.type->name, write.id, row->body, key);
  }
  if (!done) return fail(done);
  return {};
}

Outcome<Entity> Store::run(sqlite::Connection& connection, const Change& change) {
  if (auto current = catch_up(connection); !current) return refused(current.error());
  const std::shared_ptr<const Entities> before = entities();
  Draft draft(types_, *before);
  auto outcome = change(draft);
  if (!outcome || draft.writes().empty()) return outcome;
  for (const Draft::Write& each : draft.writes()) {
    if (auto written = write(connection, each); !written) return refused(written.error());
  }
  if (auto counted = connection.run("UPDATE generation SET number = number + 1"); !counted) {
    return refused(counted.error());
  }
  const auto after = std::make_shared<const Entities>(draft.entities());
  if (auto published = publish(after); !published) return std::unexpected(not_servable(published.error()));
  keep(after, generation_ + 1);
  return outcome;
}

Outcome<Entity> Store::commit(const std::function<Outcome<Entity>(sqlite::Connection&)>& work) {
  const std::scoped_lock lock(mutex_);
  auto connection = database_.writer();
  if (!connection) return refused(connection.error());
  auto begun = sqlite::Transaction::begin(*connection, sqlite::Transaction::Kind::write);
  if (!begun) return refused(begun.error());
  const std::shared_ptr<const Entities> before = entities();
  const std::int64_t generation_before = generation_;
  auto outcome = work(*connection);
  if (!outcome) return outcome;
  if (auto committed = begun->commit(); !committed) {
    keep(before, generation_before);
    if (auto restored = publish(before); !restored) return refused(restored.error());
    return refused(committed.error());
  }
  return outcome;
}

Outcome<Entity> Store::change(const Change& change) {
  return commit([&](sqlite::Connection& connection) { return run(connection, change); });
}

Outcome<Entity> Store::change_once(std::string_view name, const Change& change) {
  return commit([&](sqlite::Connection& connection) -> Outcome<Entity> {
    auto marked = connection.run("INSERT OR IGNORE INTO seeds (name) VALUES (?)", name);
    if (!marked) return refused(marked.error());
    if (*marked == 0) return nullptr;
    return run(connection, change);
  });
}

bool Store::is_reachable() {
  auto connection = database_.reader();
  return connection && generation(*connection).has_value();
}

}  // namespace gatehouse::gateway::store
