// Rows of orders, sagas and keys: see sqlite_rows.hpp.
#include "services/orders/adapters/sqlite_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/orders/adapters/sealed_order.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders::rows {
namespace {

using storage::sqlite::Blob;
using storage::sqlite::Row;

constexpr std::string_view kOrderColumns =
    "id, owner, status, total, currency, data_key, payment_method, payment_id, failure, holding, created_at, "
    "updated_at, version";

std::unexpected<Error> broken_row(std::string_view what) {
  return fail(ErrorKind::internal, "database_corrupt", fmt::format("a row has an unknown {}", what));
}

// Everything but the lines, which another statement reads.
struct OrderHead {
  Order order;
  SealedMethod sealed;
};

Result<OrderHead> read_head(const Row& row) {
  const auto status = status_of(row.text(2));
  const auto holding = holding_of(row.text(9));
  const Result<Currency> currency = Currency::from_code(row.text(4));
  if (!status || !holding || !currency) return broken_row("status, holding or currency");
  return OrderHead{.order = Order{.id = row.text(0),
                                  .owner = row.text(1),
                                  .status = *status,
                                  .total = {row.integer(3), *currency},
                                  .payment_id = row.maybe_text(7),
                                  .failure = row.maybe_text(8),
                                  .holding = *holding,
                                  .created_at = row.time(10),
                                  .updated_at = row.time(11),
                                  .version = row.integer(12)},
                   .sealed = {row.text(5), row.text(6)}};
}

// A damaged order names itself in the log: it alone is an error, wherever it turns up.
std::unexpected<Error> unreadable(const std::string& order_id, Error error) {
  error.detail = fmt::format("order {}: {}", order_id, error.detail);
  if (crypto::is_rejected(error)) {
    log::error("order-unreadable", "an order does not open; it alone cannot be served", {log::field(error)});
  }
  return std::unexpected(std::move(error));
}

Result<Order> complete(Connection& connection, const crypto::Envelope& envelope, OrderHead head) {
  const Currency currency = head.order.total.currency;
  const auto read_line = [&currency](const Row& row) {
    return OrderLine{row.text(0), row.text(1), row.integer(2), Money{row.integer(3), currency}};
  };
  auto lines = connection.all(
      "SELECT sku, name, quantity, unit_price FROM order_lines WHERE order_id = ? ORDER BY position",
      read_line, head.order.id);
  if (!lines) return fail(lines);
  head.order.lines = std::move(*lines);
  Result<std::string> method = open_method(envelope, head.order.id, head.sealed);
  if (!method) return unreadable(head.order.id, method.error());
  head.order.payment_method = std::move(*method);
  return std::move(head.order);
}

Result<std::vector<OrderHead>> heads_after(Connection& connection, const PageQuery& query,
                                           const PagePosition& after, std::size_t limit) {
  // A missing filter is left out of the statement, so that each form has its index.
  const std::string sql = fmt::format(
      "SELECT {} FROM orders WHERE (created_at, id) < (?1, ?2){}{} ORDER BY created_at DESC, id DESC LIMIT "
      "?5",
      kOrderColumns, query.owner ? " AND owner = ?3" : " AND ?3 IS NULL",
      query.status ? " AND status = ?4" : " AND ?4 IS NULL");
  const auto status = query.status ? std::optional<std::string_view>(name_of(*query.status)) : std::nullopt;
  return connection.all(sql, read_head, after.created_at, after.id, query.owner, status, limit);
}

Result<SagaRow> read_saga(const Row& row) {
  const auto step = step_of(row.text(1));
  if (!step) return broken_row("step");
  return SagaRow{Saga{.order_id = row.text(0),
                      .step = *step,
                      .approach = row.flag(2) ? Approach::ask : Approach::act,
                      .round = row.integer(3),
                      .attempt = row.integer(4),
                      .is_sent = row.flag(5),
                      .payment_id = row.maybe_text(6),
                      .next_run_at = row.time(9),
                      .created_at = row.time(8),
                      .traceparent = row.text(7)},
                 row.maybe_text(10)};
}

}  // namespace

Result<std::optional<Order>> find_order(Connection& connection, const crypto::Envelope& envelope,
                                        const std::string& id) {
  static const std::string sql = fmt::format("SELECT {} FROM orders WHERE id = ?", kOrderColumns);
  auto head = connection.one(sql, read_head, id);
  if (!head) return fail(head);
  if (!*head) return std::optional<Order>{};
  Result<Order> order = complete(connection, envelope, std::move(**head));
  if (!order) return fail(order);
  return std::optional<Order>(std::move(*order));
}

Result<std::vector<Order>> list_orders(Connection& connection, const crypto::Envelope& envelope,
                                       const PageQuery& query) {
  std::vector<Order> orders;
  PagePosition after = query.after.value_or(PagePosition{core::SystemTime::max(), ""});
  for (;;) {
    const std::size_t wanted = query.limit + 1 - orders.size();
    auto heads = heads_after(connection, query, after, wanted);
    if (!heads) return fail(heads);
    for (OrderHead& head : *heads) {
      after = {head.order.created_at, head.order.id};
      Result<Order> order = complete(connection, envelope, std::move(head));
      if (!order && !crypto::is_rejected(order.error())) return fail(order);
      if (order) orders.push_back(std::move(*order));
    }
    if (heads->size() < wanted || orders.size() > query.limit) return orders;
  }
}

Result<void> add_order(Connection& connection, const crypto::Envelope& envelope, const Order& order) {
  const auto sealed = seal_method(envelope, order.id, order.payment_method);
  if (!sealed) return fail(sealed);
  auto added = connection.run(
      "INSERT INTO orders (id, owner, status, total, currency, data_key, payment_method, payment_id, "
      "failure, "
      "holding, created_at, updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      order.id, order.owner, name_of(order.status), order.total.minor, order.total.currency.code(),
      Blob{sealed->data_key}, Blob{sealed->payment_method}, order.payment_id, order.failure,
      name_of(order.holding), order.created_at, order.updated_at, order.version);
  if (!added) return fail(added);
  std::int64_t position = 0;
  for (const OrderLine& line : order.lines) {
    auto placed = connection.run("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?)", order.id, position++,
                                 line.sku, line.name, line.quantity, line.unit_price.minor);
    if (!placed) return fail(placed);
  }
  return {};
}

Result<void> write_order(Connection& connection, const Order& order, std::int64_t version) {
  auto changed = connection.run(
      "UPDATE orders SET status = ?, payment_id = ?, failure = ?, holding = ?, updated_at = ?, version = ? "
      "WHERE id = ? AND version = ?",
      name_of(order.status), order.payment_id, order.failure, name_of(order.holding), order.updated_at,
      order.version, order.id, version);
  if (!changed) return fail(changed);
  if (*changed != 1) return fail(ErrorKind::internal, "lost_update", order.id);
  return {};
}

Result<std::optional<SagaRow>> find_saga(Connection& connection, const std::string& order_id) {
  return connection.one(
      "SELECT order_id, step, approach, round, attempt, is_sent, payment_id, traceparent, created_at, "
      "due_at, "
      "holder FROM sagas WHERE order_id = ?",
      read_saga, order_id);
}

Result<void> add_saga(Connection& connection, const SagaRow& row) {
  const Saga& saga = row.saga;
  auto added = connection.run(
      "INSERT INTO sagas (order_id, step, approach, round, attempt, is_sent, payment_id, traceparent, "
      "created_at, due_at, holder) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      saga.order_id, name_of(saga.step), saga.approach == Approach::ask, saga.round, saga.attempt,
      saga.is_sent, saga.payment_id, saga.traceparent, saga.created_at, saga.next_run_at, row.holder);
  if (!added) return fail(added);
  return {};
}

Result<void> write_saga(Connection& connection, const SagaRow& row) {
  const Saga& saga = row.saga;
  auto changed = connection.run(
      "UPDATE sagas SET step = ?, approach = ?, round = ?, attempt = ?, is_sent = ?, payment_id = ?, due_at "
      "= ?, "
      "holder = ? WHERE order_id = ?",
      name_of(saga.step), saga.approach == Approach::ask, saga.round, saga.attempt, saga.is_sent,
      saga.payment_id, saga.next_run_at, row.holder, saga.order_id);
  if (!changed) return fail(changed);
  return {};
}

Result<std::optional<ReplyRow>> find_reply(Connection& connection, const IdempotencyKey& key) {
  const auto read = [](const Row& row) {
    return ReplyRow{{static_cast<unsigned>(row.integer(0)), row.text(1), row.text(2), row.text(3)},
                    row.text(4),
                    row.time(5)};
  };
  return connection.one(
      "SELECT status, location, etag, body, fingerprint, created_at FROM idempotency_keys "
      "WHERE owner = ? AND route = ? AND key = ?",
      read, key.owner, key.route, key.key);
}

Result<void> add_reply(Connection& connection, const IdempotencyKey& key, const ReplyRow& row) {
  auto added = connection.run(
      "INSERT OR REPLACE INTO idempotency_keys (owner, route, key, fingerprint, status, location, etag, "
      "body, "
      "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      key.owner, key.route, key.key, Blob{row.fingerprint}, row.reply.status, row.reply.location,
      row.reply.etag, row.reply.body, row.created_at);
  if (!added) return fail(added);
  return {};
}

Result<std::int64_t> feed_position(Connection& connection) {
  const auto read = [](const Row& row) { return row.integer(0); };
  const auto last = connection.one("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'", read);
  if (!last) return fail(last);
  return last->value_or(0);
}

Result<void> add_event(Connection& connection, const OrderEvent& event) {
  auto added = connection.run(
      "INSERT INTO outbox (id, order_id, order_version, status, skus, traceparent, occurred_at, due_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      event.id, event.order_id, event.order_version, name_of(event.status),
      fmt::format("{}", fmt::join(event.skus, ",")), event.traceparent, event.occurred_at, event.occurred_at);
  if (!added) return fail(added);
  return {};
}

}  // namespace gatehouse::orders::rows
