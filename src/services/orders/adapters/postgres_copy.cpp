#include "services/orders/adapters/postgres_copy.hpp"

#include "core/encoding.hpp"
#include "data_copy/postgres_collection.hpp"
#include "services/orders/adapters/sealed_order.hpp"

namespace gatehouse::orders {
namespace {

using data_copy::PostgresForm;
using postgres::Rows;

PostgresForm products() {
  return {.name = "products",
          .read = R"sql(
SELECT sku, json_build_object('name', name, 'price', price, 'currency', currency, 'available', available,
                              'reserved', reserved, 'sold', sold)::text
FROM products WHERE sku > $1 ORDER BY sku LIMIT $2)sql",
          .remove = {"DELETE FROM products WHERE sku = ANY($1::text[])"},
          .insert = {R"sql(
INSERT INTO products (sku, name, price, currency, available, reserved, sold, delivered)
SELECT key, content ->> 'name', (content ->> 'price')::bigint, content ->> 'currency',
       (content ->> 'available')::bigint, (content ->> 'reserved')::bigint, (content ->> 'sold')::bigint,
       (content ->> 'available')::bigint + (content ->> 'reserved')::bigint + (content ->> 'sold')::bigint
FROM jsonb_to_recordset($1::text::jsonb) AS record (key text, content jsonb))sql"}};
}

constexpr std::string_view kReadOrders = R"sql(
SELECT o.id, json_build_object(
  'owner', o.owner, 'status', o.status, 'total', o.total, 'currency', o.currency, 'payment_id', o.payment_id,
  'failure', o.failure, 'holding', o.holding, 'created_at', o.created_at, 'updated_at', o.updated_at,
  'version', o.version, 'lines', o.lines,
  'saga', CASE WHEN s.order_id IS NOT NULL THEN json_build_object(
    'step', s.step, 'asks_first', s.asks_first::int, 'round', s.round, 'attempt', s.attempt,
    'is_sent', s.is_sent::int, 'payment_id', s.payment_id, 'traceparent', s.traceparent,
    'created_at', s.created_at, 'due_at', s.due_at, 'holder', s.holder) END)::text,
  o.data_key, o.payment_method
FROM orders o LEFT JOIN sagas s ON s.order_id = o.id WHERE o.id > $1 ORDER BY o.id LIMIT $2)sql";

constexpr std::string_view kInsertOrders = R"sql(
INSERT INTO orders (id, owner, status, lines, total, currency, data_key, payment_method, payment_id, failure,
                    holding, created_at, updated_at, version)
SELECT key, content ->> 'owner', content ->> 'status', content -> 'lines', (content ->> 'total')::bigint,
       content ->> 'currency', decode(content ->> 'data_key', 'hex'),
       decode(content ->> 'payment_method', 'hex'), content ->> 'payment_id', content ->> 'failure',
       content ->> 'holding', (content ->> 'created_at')::bigint, (content ->> 'updated_at')::bigint,
       (content ->> 'version')::bigint
FROM jsonb_to_recordset($1::text::jsonb) AS record (key text, content jsonb))sql";

constexpr std::string_view kInsertSagas = R"sql(
INSERT INTO sagas (order_id, step, asks_first, round, attempt, is_sent, payment_id, traceparent, created_at,
                   due_at, holder)
SELECT key, saga ->> 'step', saga ->> 'asks_first' = '1', (saga ->> 'round')::bigint,
       (saga ->> 'attempt')::bigint, saga ->> 'is_sent' = '1', saga ->> 'payment_id', saga ->> 'traceparent',
       (saga ->> 'created_at')::bigint, (saga ->> 'due_at')::bigint, saga ->> 'holder'
FROM (SELECT key, content -> 'saga' AS saga
      FROM jsonb_to_recordset($1::text::jsonb) AS record (key text, content jsonb)) sagas
WHERE jsonb_typeof(saga) = 'object')sql";

PostgresForm orders(const crypto::Envelope& envelope) {
  const auto open = [&envelope](const Rows& rows, std::size_t row, json::object& content) -> Result<void> {
    auto method = open_method(envelope, rows.text(row, 0), {rows.bytes(row, 2), rows.bytes(row, 3)});
    if (!method) return fail(method);
    content[kMethodField] = std::move(*method);
    return {};
  };
  const auto seal = [&envelope](const std::string& id, json::object& content) -> Result<void> {
    const auto sealed = take_method(envelope, id, content);
    if (!sealed) return fail(sealed);
    content["data_key"] = core::to_hex(sealed->data_key);
    content[kMethodField] = core::to_hex(sealed->payment_method);
    return {};
  };
  return {.name = "orders",
          .read = kReadOrders,
          .remove = {"DELETE FROM sagas WHERE order_id = ANY($1::text[])",
                     "DELETE FROM orders WHERE id = ANY($1::text[])"},
          .insert = {kInsertOrders, kInsertSagas},
          .open = open,
          .seal = seal};
}

// The parts are joined with a character that is in none of them and sorts before all: as the parts do.
PostgresForm idempotency_keys() {
  return {.name = "idempotency_keys",
          .read = R"sql(
SELECT owner || E'\x1f' || route || E'\x1f' || key,
       json_build_object('owner', owner, 'route', route, 'key', key, 'fingerprint', encode(fingerprint, 'hex'),
                         'status', status, 'location', location, 'etag', etag, 'body', body,
                         'created_at', created_at)::text
FROM idempotency_keys
WHERE (owner, route, key) >
      (split_part($1, E'\x1f', 1), split_part($1, E'\x1f', 2), split_part($1, E'\x1f', 3))
ORDER BY owner, route, key LIMIT $2)sql",
          .remove = {R"sql(
DELETE FROM idempotency_keys
USING unnest($1::text[]) AS gone (joined)
WHERE owner = split_part(joined, E'\x1f', 1) AND route = split_part(joined, E'\x1f', 2)
  AND key = split_part(joined, E'\x1f', 3))sql"},
          .insert = {R"sql(
INSERT INTO idempotency_keys (owner, route, key, fingerprint, status, location, etag, body, created_at)
SELECT content ->> 'owner', content ->> 'route', content ->> 'key',
       decode(content ->> 'fingerprint', 'hex'), (content ->> 'status')::bigint, content ->> 'location',
       content ->> 'etag', content ->> 'body', (content ->> 'created_at')::bigint
FROM jsonb_to_recordset($1::text::jsonb) AS record (content jsonb))sql"}};
}

// Events that have no place in the feed yet get the places that its next reader would give them.
PostgresForm outbox() {
  return {.name = "outbox",
          .read = R"sql(
SELECT lpad(placed.position::text, 20, '0'), placed.content::text FROM (
  (SELECT position, json_build_object(
     'id', id, 'order_id', order_id, 'order_version', order_version, 'status', status, 'skus', skus,
     'traceparent', traceparent, 'occurred_at', occurred_at, 'told', told, 'attempts', attempts,
     'due_at', due_at, 'is_delivered', is_delivered::int) AS content
   FROM outbox WHERE position > coalesce(nullif($1, ''), '0')::bigint ORDER BY position LIMIT $2)
  UNION ALL
  (SELECT feed.position + row_number() OVER (ORDER BY sequence), json_build_object(
     'id', id, 'order_id', order_id, 'order_version', order_version, 'status', status, 'skus', skus,
     'traceparent', traceparent, 'occurred_at', occurred_at, 'told', told, 'attempts', attempts,
     'due_at', due_at, 'is_delivered', is_delivered::int)
   FROM outbox, feed WHERE outbox.position IS NULL)) placed
WHERE placed.position > coalesce(nullif($1, ''), '0')::bigint ORDER BY placed.position LIMIT $2)sql",
          // Apart, for with OR no index serves either.
          .remove = {"DELETE FROM outbox WHERE position = ANY($1::text[]::bigint[])", R"sql(
WITH fresh AS (
  SELECT sequence, feed.position + row_number() OVER (ORDER BY sequence) AS position
  FROM outbox, feed WHERE outbox.position IS NULL
)
DELETE FROM outbox USING fresh
WHERE outbox.sequence = fresh.sequence AND fresh.position = ANY($1::text[]::bigint[]))sql"},
          // A place that is taken by another event, and an event that is in another place, give way.
          .insert = {R"sql(
DELETE FROM outbox USING jsonb_to_recordset($1::text::jsonb) AS record (content jsonb)
WHERE outbox.id = content ->> 'id')sql",
                     R"sql(
INSERT INTO outbox (position, id, order_id, order_version, status, skus, traceparent, occurred_at, told,
                    attempts, due_at, is_delivered)
SELECT key::bigint, content ->> 'id', content ->> 'order_id', (content ->> 'order_version')::bigint,
       content ->> 'status', content ->> 'skus', content ->> 'traceparent',
       (content ->> 'occurred_at')::bigint, content ->> 'told', (content ->> 'attempts')::bigint,
       (content ->> 'due_at')::bigint, content ->> 'is_delivered' = '1'
FROM jsonb_to_recordset($1::text::jsonb) AS record (key text, content jsonb) ORDER BY key)sql"}};
}

// After the outbox: where the feed goes on, also if its last events were purged.
PostgresForm feed() {
  return {.name = "feed",
          .read = R"sql(
SELECT 'position', json_build_object(
  'position', feed.position + (SELECT count(*) FROM outbox WHERE position IS NULL))::text
FROM feed WHERE 'position' > $1 LIMIT $2)sql",
          .remove = {},
          .insert = {R"sql(
UPDATE feed SET position = (content ->> 'position')::bigint
FROM jsonb_to_recordset($1::text::jsonb) AS record (content jsonb))sql"}};
}

}  // namespace

std::vector<std::unique_ptr<data_copy::Collection>> collections_of(OrdersCluster& shared) {
  std::vector<std::unique_ptr<data_copy::Collection>> collections;
  const auto add = [&](PostgresForm form, data_copy::Keys keys = data_copy::Keys::ids) {
    collections.push_back(
        std::make_unique<data_copy::PostgresCollection>(shared.database, std::move(form), keys));
  };
  add(products());
  add(orders(shared.envelope));
  add(idempotency_keys(), data_copy::Keys::personal);
  add(outbox());
  add(feed());
  return collections;
}

}  // namespace gatehouse::orders
