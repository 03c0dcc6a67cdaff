#include "gateway/store/sqlite_entity_rows.hpp"

#include <array>

namespace gatehouse::gateway::store {
namespace {

namespace sqlite = storage::sqlite;

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

StoredRow read_row(const sqlite::Row& row) {
  return {row.text(0), row.text(1), {.body = row.text(2), .wrapped_key = row.maybe_text(3)}};
}

Result<StoredEntities> read_all(sqlite::Connection& connection, std::int64_t generation) {
  auto rows = connection.all("SELECT type, id, body, wrapped_key FROM entities", read_row);
  if (!rows) return fail(rows);
  const auto names =
      connection.all("SELECT name FROM seeds", [](const sqlite::Row& row) { return row.text(0); });
  if (!names) return fail(names);
  return StoredEntities{generation, std::move(*rows), {names->begin(), names->end()}};
}

Result<std::int64_t> put(sqlite::Connection& connection, const std::string& type, const std::string& id,
                         const SealedRow& row) {
  const auto key = row.wrapped_key.transform([](const std::string& bytes) { return sqlite::Blob{bytes}; });
  return connection.run("INSERT OR REPLACE INTO entities (type, id, body, wrapped_key) VALUES (?, ?, ?, ?)",
                        type, id, row.body, key);
}

Result<std::int64_t> note(sqlite::Connection& connection, const std::string& once) {
  return connection.run("INSERT INTO seeds (name) VALUES (?)", once);
}

Result<Written> write_all(sqlite::Connection& connection, const RowChange& change) {
  auto done = connection.run("UPDATE generation SET number = number + 1 WHERE number = ?", change.base);
  if (!done) return fail(done);
  if (*done == 0) return Written::overtaken;
  if (!change.once.empty()) done = note(connection, change.once);
  for (const RowChange::Write& write : change.writes) {
    if (!done) break;
    done = write.row ? put(connection, write.type, write.id, *write.row)
                     : connection.run("DELETE FROM entities WHERE type = ? AND id = ?", write.type, write.id);
  }
  if (!done) return fail(done);
  return Written::done;
}

Result<void> replace_all(sqlite::Connection& connection, const StoredEntities& stored) {
  auto done = connection.run("DELETE FROM entities");
  if (done) done = connection.run("DELETE FROM seeds");
  if (done) done = connection.run("UPDATE generation SET number = ?", stored.generation);
  for (const std::string& name : stored.done) {
    if (done) done = note(connection, name);
  }
  for (const StoredRow& row : stored.rows) {
    if (done) done = put(connection, row.type, row.id, row.sealed);
  }
  if (!done) return fail(done);
  return {};
}

}  // namespace

Result<std::unique_ptr<SqliteEntityRows>> SqliteEntityRows::open(sqlite::Database database) {
  if (auto migrated = sqlite::migrate(database, kMigrations); !migrated) return fail(migrated);
  return std::unique_ptr<SqliteEntityRows>(new SqliteEntityRows(std::move(database)));
}

Result<std::optional<StoredEntities>> SqliteEntityRows::read(std::int64_t known) {
  auto connection = database_.reader();
  if (!connection) return fail(connection);
  return sqlite::snapshot(*connection, [&]() -> Result<std::optional<StoredEntities>> {
    const auto last = connection->one("SELECT number FROM generation",
                                      [](const sqlite::Row& row) { return row.integer(0); });
    if (!last) return fail(last);
    const std::int64_t generation = last->value_or(0);
    if (generation == known) return std::nullopt;
    auto all = read_all(*connection, generation);
    if (!all) return fail(all);
    return std::move(*all);
  });
}

Result<Written> SqliteEntityRows::write(const RowChange& change) {
  auto connection = database_.writer();
  if (!connection) return fail(connection);
  return sqlite::transaction(*connection, [&] { return write_all(*connection, change); });
}

Result<void> SqliteEntityRows::replace(const StoredEntities& stored) {
  auto connection = database_.writer();
  if (!connection) return fail(connection);
  return sqlite::transaction(*connection, [&] { return replace_all(*connection, stored); });
}

}  // namespace gatehouse::gateway::store
