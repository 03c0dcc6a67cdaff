#include "services/orders/adapters/sqlite_copy.hpp"

#include "core/encoding.hpp"
#include "data_copy/sqlite_collection.hpp"
#include "services/orders/adapters/sealed_order.hpp"

namespace gatehouse::orders {
namespace {

using data_copy::inserting;
using data_copy::SqliteForm;
using sqlite::Blob;
using sqlite::Connection;
using sqlite::Row;

SqliteForm products() {
  return {.name = "products",
          .read = R"sql(
SELECT sku, json_object('name', name, 'price', price, 'currency', currency, 'available', available,
                        'reserved', reserved, 'sold', sold)
FROM products WHERE sku > ?1 ORDER BY sku LIMIT ?2)sql",
          .remove = {"DELETE FROM products WHERE sku = ?1"},
          .insert = inserting({R"sql(
INSERT INTO products (sku, name, price, currency, available, reserved, sold, delivered)
SELECT ?1, ?2 ->> 'name', ?2 ->> 'price', ?2 ->> 'currency', ?2 ->> 'available', ?2 ->> 'reserved',
       ?2 ->> 'sold', (?2 ->> 'available') + (?2 ->> 'reserved') + (?2 ->> 'sold'))sql"})};
}

constexpr std::string_view kReadOrders = R"sql(
SELECT o.id, json_object(
  'owner', o.owner, 'status', o.status, 'total', o.total, 'currency', o.currency, 'payment_id', o.payment_id,
  'failure', o.failure, 'holding', o.holding, 'created_at', o.created_at, 'updated_at', o.updated_at,
  'version', o.version,
  'lines', json((SELECT json_group_array(json_object('sku', sku, 'name', name, 'quantity', quantity,
                                                     'unit_price', unit_price))
                 FROM (SELECT * FROM order_lines WHERE order_id = o.id ORDER BY position))),
  'saga', json(CASE WHEN s.order_id IS NOT NULL THEN json_object(
    'step', s.step, 'asks_first', s.approach, 'round', s.round, 'attempt', s.attempt, 'is_sent', s.is_sent,
    'payment_id', s.payment_id, 'traceparent', s.traceparent, 'created_at', s.created_at, 'due_at', s.due_at,
    'holder', s.holder) END)), o.data_key, o.payment_method
FROM orders o LEFT JOIN sagas s ON s.order_id = o.id WHERE o.id > ?1 ORDER BY o.id LIMIT ?2)sql";

constexpr std::string_view kInsertOrder = R"sql(
INSERT INTO orders (id, owner, status, total, currency, data_key, payment_method, payment_id, failure,
                    holding, created_at, updated_at, version)
SELECT ?1, ?2 ->> 'owner', ?2 ->> 'status', ?2 ->> 'total', ?2 ->> 'currency', ?3, ?4, ?2 ->> 'payment_id',
       ?2 ->> 'failure', ?2 ->> 'holding', ?2 ->> 'created_at', ?2 ->> 'updated_at', ?2 ->> 'version')sql";

constexpr std::string_view kInsertLines = R"sql(
INSERT INTO order_lines (order_id, position, sku, name, quantity, unit_price)
SELECT ?1, key, value ->> 'sku', value ->> 'name', value ->> 'quantity', value ->> 'unit_price'
FROM json_each(?2, '$.lines'))sql";

constexpr std::string_view kInsertSaga = R"sql(
INSERT INTO sagas (order_id, step, approach, round, attempt, is_sent, payment_id, traceparent, created_at,
                   due_at, holder)
SELECT ?1, saga ->> 'step', saga ->> 'asks_first', saga ->> 'round', saga ->> 'attempt', saga ->> 'is_sent',
       saga ->> 'payment_id', saga ->> 'traceparent', saga ->> 'created_at', saga ->> 'due_at',
       saga ->> 'holder'
FROM (SELECT ?2 -> 'saga' AS saga) WHERE saga <> 'null')sql";

Result<void> insert_order(Connection& connection, const crypto::Envelope& envelope, const std::string& id,
                          json::object content) {
  const auto sealed = take_method(envelope, id, content);
  if (!sealed) return fail(sealed);
  auto added = connection.run(kInsertOrder, id, json::serialize(content), Blob{sealed->data_key},
                              Blob{sealed->payment_method});
  if (!added) return fail(added);
  return inserting({kInsertLines, kInsertSaga})(connection, id, std::move(content));
}

SqliteForm orders(const crypto::Envelope& envelope) {
  const auto insert = [&envelope](Connection& connection, const std::string& id, json::object content) {
    return insert_order(connection, envelope, id, std::move(content));
  };
  const auto open = [&envelope](const Row& row, json::object& content) -> Result<void> {
    auto method = open_method(envelope, row.text(0), {row.text(2), row.text(3)});
    if (!method) return fail(method);
    content[kMethodField] = std::move(*method);
    return {};
  };
  return {.name = "orders",
          .read = kReadOrders,
          .remove = {"DELETE FROM sagas WHERE order_id = ?1", "DELETE FROM order_lines WHERE order_id = ?1",
                     "DELETE FROM orders WHERE id = ?1"},
          .insert = insert,
          .open = open};
}

constexpr std::string_view kInsertKey = R"sql(
INSERT INTO idempotency_keys (owner, route, key, fingerprint, status, location, etag, body, created_at)
SELECT ?1 ->> 'owner', ?1 ->> 'route', ?1 ->> 'key', ?2, ?1 ->> 'status', ?1 ->> 'location', ?1 ->> 'etag',
       ?1 ->> 'body', ?1 ->> 'created_at')sql";

Result<void> insert_key(Connection& connection, const std::string&, const json::object& content) {
  const json::value* print = content.if_contains("fingerprint");
  const auto bytes = print != nullptr && print->is_string() ? core::from_hex(print->get_string())
                                                            : std::optional<std::string>{};
  if (!bytes) return fail(ErrorKind::internal, "record_unreadable", "idempotency key");
  auto added = connection.run(kInsertKey, json::serialize(content), Blob{*bytes});
  if (!added) return fail(added);
  return {};
}

// The parts are joined with a character that is in none of them and sorts before all: as the parts do.
SqliteForm idempotency_keys() {
  return {.name = "idempotency_keys",
          .read = R"sql(
WITH first AS (SELECT substr(?1, 1, instr(?1, char(31)) - 1) AS owner,
                      substr(?1, instr(?1, char(31)) + 1) AS rest),
     last AS (SELECT owner, substr(rest, 1, instr(rest, char(31)) - 1) AS route,
                     substr(rest, instr(rest, char(31)) + 1) AS key FROM first)
SELECT kept.owner || char(31) || kept.route || char(31) || kept.key,
       json_object('owner', kept.owner, 'route', kept.route, 'key', kept.key, 'fingerprint',
                   lower(hex(fingerprint)), 'status', status, 'location', location, 'etag', etag,
                   'body', body, 'created_at', created_at)
FROM last CROSS JOIN idempotency_keys kept
WHERE (kept.owner, kept.route, kept.key) > (last.owner, last.route, last.key)
ORDER BY kept.owner, kept.route, kept.key LIMIT ?2)sql",
          .remove = {R"sql(
DELETE FROM idempotency_keys WHERE owner = substr(?1, 1, instr(?1, char(31)) - 1)
  AND owner || char(31) || route || char(31) || key = ?1)sql"},
          .insert = insert_key};
}

// A place that is taken by another event, and an event that is in another place, give way.
SqliteForm outbox() {
  return {.name = "outbox",
          .read = R"sql(
SELECT printf('%020d', sequence),
       json_object('id', id, 'order_id', order_id, 'order_version', order_version, 'status', status,
                   'skus', skus, 'traceparent', traceparent, 'occurred_at', occurred_at, 'told', told,
                   'attempts', attempts, 'due_at', due_at, 'is_delivered', is_delivered)
FROM outbox WHERE sequence > CAST(?1 AS INTEGER) ORDER BY sequence LIMIT ?2)sql",
          .remove = {"DELETE FROM outbox WHERE sequence = CAST(?1 AS INTEGER)"},
          .insert = inserting({"DELETE FROM outbox WHERE id = ?2 ->> 'id' AND ?1 IS NOT NULL", R"sql(
INSERT INTO outbox (sequence, id, order_id, order_version, status, skus, traceparent, occurred_at, told,
                    attempts, due_at, is_delivered)
SELECT CAST(?1 AS INTEGER), ?2 ->> 'id', ?2 ->> 'order_id', ?2 ->> 'order_version', ?2 ->> 'status',
       ?2 ->> 'skus', ?2 ->> 'traceparent', ?2 ->> 'occurred_at', ?2 ->> 'told', ?2 ->> 'attempts',
       ?2 ->> 'due_at', ?2 ->> 'is_delivered')sql"})};
}

// After the outbox, whose events raise it: where the feed goes on, also if its last events were purged.
SqliteForm feed() {
  return {.name = "feed",
          .read = R"sql(
SELECT 'position', json_object('position', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0))
WHERE 'position' > ?1 LIMIT ?2)sql",
          .remove = {"DELETE FROM sqlite_sequence WHERE name = 'outbox' AND ?1 = 'position'"},
          .insert = inserting({R"sql(
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', ?2 ->> 'position' WHERE ?1 = 'position')sql"})};
}

}  // namespace

std::vector<std::unique_ptr<data_copy::Collection>> collections_of(OrdersDatabase& shared) {
  std::vector<std::unique_ptr<data_copy::Collection>> collections;
  const auto add = [&](SqliteForm form, data_copy::Keys keys = data_copy::Keys::ids) {
    collections.push_back(
        std::make_unique<data_copy::SqliteCollection>(shared.database, std::move(form), keys));
  };
  add(products());
  add(orders(shared.envelope));
  add(idempotency_keys(), data_copy::Keys::personal);
  add(outbox());
  add(feed());
  return collections;
}

}  // namespace gatehouse::orders
