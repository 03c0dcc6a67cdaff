// The tables of the orders service: see sqlite_schema.hpp. Times are microseconds since 1970, amounts minor
// units.
#include "services/orders/adapters/sqlite_schema.hpp"

#include <array>

namespace gatehouse::orders {
namespace {

constexpr std::string_view kVersion1 = R"sql(
-- Units move between the three columns; the table itself refuses to lose or invent one.
CREATE TABLE products (
  sku       TEXT PRIMARY KEY,
  name      TEXT NOT NULL,
  price     INTEGER NOT NULL CHECK (price > 0),
  currency  TEXT NOT NULL,
  available INTEGER NOT NULL CHECK (available >= 0),
  reserved  INTEGER NOT NULL CHECK (reserved >= 0),
  sold      INTEGER NOT NULL CHECK (sold >= 0),
  delivered INTEGER NOT NULL CHECK (available + reserved + sold = delivered)
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
  id             TEXT PRIMARY KEY,
  owner          TEXT NOT NULL,
  status         TEXT NOT NULL CHECK (status IN ('pending', 'confirmed', 'cancelling', 'cancelled')),
  total          INTEGER NOT NULL,
  currency       TEXT NOT NULL,
  data_key       BLOB NOT NULL,
  payment_method BLOB NOT NULL,
  payment_id     TEXT,
  failure        TEXT,
  holding        TEXT NOT NULL CHECK (holding IN ('reserved', 'sold', 'returned')),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_by_owner ON orders (owner, created_at, id);
CREATE INDEX orders_by_time ON orders (created_at, id);

CREATE TABLE order_lines (
  order_id   TEXT NOT NULL REFERENCES orders (id),
  position   INTEGER NOT NULL,
  sku        TEXT NOT NULL,
  name       TEXT NOT NULL,
  quantity   INTEGER NOT NULL CHECK (quantity > 0),
  unit_price INTEGER NOT NULL,
  PRIMARY KEY (order_id, position)
) STRICT, WITHOUT ROWID;

-- due_at: when the saga may be taken, that is its next run, or the end of its holder's lease.
CREATE TABLE sagas (
  order_id    TEXT PRIMARY KEY REFERENCES orders (id),
  step        TEXT NOT NULL,
  approach    INTEGER NOT NULL,
  round       INTEGER NOT NULL,
  attempt     INTEGER NOT NULL,
  is_sent     INTEGER NOT NULL,
  payment_id  TEXT,
  traceparent TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  due_at      INTEGER NOT NULL,
  holder      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sagas_due ON sagas (due_at) WHERE step <> 'finished';

CREATE TABLE idempotency_keys (
  owner       TEXT NOT NULL,
  route       TEXT NOT NULL,
  key         TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  status      INTEGER NOT NULL,
  location    TEXT NOT NULL,
  etag        TEXT NOT NULL,
  body        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (owner, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

-- One process writes at a time, so sequences grow in the order of the commits.
CREATE TABLE outbox (
  sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
  id            TEXT NOT NULL UNIQUE,
  order_id      TEXT NOT NULL,
  order_version INTEGER NOT NULL,
  status        TEXT NOT NULL,
  skus          TEXT NOT NULL,
  traceparent   TEXT NOT NULL,
  occurred_at   INTEGER NOT NULL,
  told          TEXT NOT NULL DEFAULT '',
  attempts      INTEGER NOT NULL DEFAULT 0,
  due_at        INTEGER NOT NULL,
  is_delivered  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE is_delivered = 0;
)sql";

// Keys are chosen by clients, so each new one falls anywhere. With the answers in the same tree, every order
// rewrote a page of answers and every other one split a page; now only the narrow index is hit at random.
constexpr std::string_view kVersion2 = R"sql(
ALTER TABLE idempotency_keys RENAME TO keys_with_answers;
CREATE TABLE idempotency_keys (
  owner       TEXT NOT NULL,
  route       TEXT NOT NULL,
  key         TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  status      INTEGER NOT NULL,
  location    TEXT NOT NULL,
  etag        TEXT NOT NULL,
  body        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (owner, route, key)
) STRICT;
INSERT INTO idempotency_keys SELECT * FROM keys_with_answers ORDER BY created_at;
DROP TABLE keys_with_answers;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
)sql";

constexpr std::array kMigrations{sqlite::Migration{1, kVersion1}, sqlite::Migration{2, kVersion2}};

}  // namespace

Result<sqlite::Database> open_orders_database(const std::filesystem::path& file) {
  Result<sqlite::Database> database = sqlite::Database::open(file.string());
  if (!database) return database;
  const Result<void> migrated = sqlite::migrate(*database, kMigrations);
  if (!migrated) return fail(migrated);
  return database;
}

Result<sqlite::Database> open_orders_source(const std::filesystem::path& file) {
  return sqlite::open_source(file, kMigrations);
}

}  // namespace gatehouse::orders
