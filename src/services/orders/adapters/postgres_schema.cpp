// The tables: see postgres_schema.hpp. Times are microseconds since 1970, amounts minor units, as in SQLite.
// Text is compared byte by byte (collation C), whatever the database's language is.
#include "services/orders/adapters/postgres_schema.hpp"

#include <array>

namespace gatehouse::orders {
namespace {

constexpr std::string_view kVersion1 = R"sql(
-- Units move between the three columns; the table itself refuses to lose or invent one.
CREATE TABLE products (
  sku       text   COLLATE "C" PRIMARY KEY,
  name      text   NOT NULL,
  price     bigint NOT NULL CHECK (price > 0),
  currency  text   NOT NULL,
  available bigint NOT NULL CHECK (available >= 0),
  reserved  bigint NOT NULL CHECK (reserved >= 0),
  sold      bigint NOT NULL CHECK (sold >= 0),
  delivered bigint NOT NULL CHECK (available + reserved + sold = delivered)
) WITH (fillfactor = 50);  -- hot rows: room for their next versions in the same page

-- lines: [{"sku", "name", "quantity", "unit_price"}, …], as they were when the order was placed.
CREATE TABLE orders (
  id             text   COLLATE "C" PRIMARY KEY,
  owner          text   COLLATE "C" NOT NULL,
  status         text   NOT NULL CHECK (status IN ('pending', 'confirmed', 'cancelling', 'cancelled')),
  lines          jsonb  NOT NULL,
  total          bigint NOT NULL,
  currency       text   NOT NULL,
  data_key       bytea  NOT NULL,
  payment_method bytea  NOT NULL,
  payment_id     text,
  failure        text,
  holding        text   NOT NULL CHECK (holding IN ('reserved', 'sold', 'returned')),
  created_at     bigint NOT NULL,
  updated_at     bigint NOT NULL,
  version        bigint NOT NULL
);
CREATE INDEX orders_by_owner ON orders (owner, created_at, id);
CREATE INDEX orders_by_time ON orders (created_at, id);

-- due_at: when the saga may be taken, that is its next run, or the end of its holder's lease.
CREATE TABLE sagas (
  order_id    text    COLLATE "C" PRIMARY KEY REFERENCES orders (id),
  step        text    NOT NULL,
  asks_first  boolean NOT NULL,
  round       bigint  NOT NULL,
  attempt     bigint  NOT NULL,
  is_sent     boolean NOT NULL,
  payment_id  text,
  traceparent text    NOT NULL,
  created_at  bigint  NOT NULL,
  due_at      bigint  NOT NULL,
  holder      text    COLLATE "C"
);
CREATE INDEX sagas_due ON sagas (due_at) WHERE step <> 'finished';

CREATE TABLE idempotency_keys (
  owner       text   COLLATE "C" NOT NULL,
  route       text   COLLATE "C" NOT NULL,
  key         text   COLLATE "C" NOT NULL,
  fingerprint bytea  NOT NULL,
  status      bigint NOT NULL,
  location    text   NOT NULL,
  etag        text   NOT NULL,
  body        text   NOT NULL,
  created_at  bigint NOT NULL,
  PRIMARY KEY (owner, route, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

-- position: the place in the feed, given after the commit: see postgres_feed.hpp.
CREATE TABLE outbox (
  sequence      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position      bigint,
  id            text    COLLATE "C" NOT NULL UNIQUE,
  order_id      text    NOT NULL,
  order_version bigint  NOT NULL,
  status        text    NOT NULL,
  skus          text    NOT NULL,
  traceparent   text    NOT NULL,
  occurred_at   bigint  NOT NULL,
  told          text    NOT NULL DEFAULT '',
  attempts      bigint  NOT NULL DEFAULT 0,
  due_at        bigint  NOT NULL,
  is_delivered  boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX outbox_feed ON outbox (position) WHERE position IS NOT NULL;
CREATE INDEX outbox_unnumbered ON outbox (sequence) WHERE position IS NULL;
CREATE INDEX outbox_due ON outbox (due_at, sequence) WHERE NOT is_delivered;

-- One row: the last position that was given.
CREATE TABLE feed (position bigint NOT NULL);
INSERT INTO feed VALUES (0);
)sql";

constexpr std::array kMigrations{postgres::Migration{1, kVersion1}};

}  // namespace

postgres::Schema orders_schema(postgres::Upkeep upkeep) {
  return {"orders", kMigrations, upkeep};
}

}  // namespace gatehouse::orders
