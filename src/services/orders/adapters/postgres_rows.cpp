// Rows of orders, sagas and keys: see postgres_rows.hpp.
#include "services/orders/adapters/postgres_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/fields.hpp"
#include "services/orders/adapters/sealed_order.hpp"

namespace gatehouse::orders::postgres_rows {
namespace {

using storage::postgres::Bytes;

std::unexpected<Error> broken_row(std::string_view what) {
  return fail(ErrorKind::internal, "database_corrupt", fmt::format("a row has an unknown {}", what));
}

std::string json_of(const std::vector<OrderLine>& lines) {
  json::array array;
  for (const OrderLine& line : lines) {
    array.push_back(json::object{{"sku", line.sku},
                                 {"name", line.name},
                                 {"quantity", line.quantity},
                                 {"unit_price", line.unit_price.minor}});
  }
  return json::serialize(array);
}

Result<std::vector<OrderLine>> lines_in(std::string_view text, Currency currency) {
  const Result<json::value> value = core::parse_json(text);
  const json::array* array = value ? value->if_array() : nullptr;
  if (array == nullptr) return broken_row("list of lines");
  std::vector<OrderLine> lines;
  for (const json::value& one : *array) {
    const json::object* object = one.if_object();
    if (object == nullptr) return broken_row("line");
    Fields fields{*object};
    lines.push_back({fields.required_text("sku"), fields.required_text("name"),
                     fields.required_int("quantity", {.min = 1}),
                     Money{fields.required_int("unit_price", {}), currency}});
    if (auto complete = fields.finish(); !complete) return broken_row("line");
  }
  return lines;
}

}  // namespace

Result<Order> read_order(const Rows& rows, std::size_t row, const crypto::Envelope& envelope) {
  const auto status = status_of(rows.view(row, 2));
  const auto holding = holding_of(rows.view(row, 10));
  const Result<Currency> currency = Currency::from_code(rows.view(row, 5));
  if (!status || !holding || !currency) return broken_row("status, holding or currency");
  auto lines = lines_in(rows.view(row, 3), *currency);
  if (!lines) return fail(lines);
  const std::string id = rows.text(row, 0);
  auto payment_method = open_method(envelope, id, {rows.bytes(row, 6), rows.bytes(row, 7)});
  if (!payment_method) return fail(payment_method);
  return Order{.id = id,
               .owner = rows.text(row, 1),
               .status = *status,
               .lines = std::move(*lines),
               .total = {rows.integer(row, 4), *currency},
               .payment_method = std::move(*payment_method),
               .payment_id = rows.maybe_text(row, 8),
               .failure = rows.maybe_text(row, 9),
               .holding = *holding,
               .created_at = rows.time(row, 11),
               .updated_at = rows.time(row, 12),
               .version = rows.integer(row, 13)};
}

Result<std::vector<Order>> read_orders(const Rows& rows, const crypto::Envelope& envelope) {
  std::vector<Order> orders;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Result<Order> order = read_order(rows, row, envelope);
    if (!order) return fail(order);
    orders.push_back(std::move(*order));
  }
  return orders;
}

Result<SagaRow> read_saga(const Rows& rows, std::size_t row) {
  const auto step = step_of(rows.view(row, 1));
  if (!step) return broken_row("step");
  return SagaRow{Saga{.order_id = rows.text(row, 0),
                      .step = *step,
                      .approach = rows.flag(row, 2) ? Approach::ask : Approach::act,
                      .round = rows.integer(row, 3),
                      .attempt = rows.integer(row, 4),
                      .is_sent = rows.flag(row, 5),
                      .payment_id = rows.maybe_text(row, 6),
                      .next_run_at = rows.time(row, 9),
                      .created_at = rows.time(row, 8),
                      .traceparent = rows.text(row, 7)},
                 rows.maybe_text(row, 10)};
}

void add_locked_order(Batch& batch, const std::string& id) {
  static const std::string order =
      fmt::format("SELECT {} FROM orders WHERE id = $1 FOR NO KEY UPDATE", kOrderColumns);
  batch.add(order, id);
  batch.add(
      "SELECT order_id, step, asks_first, round, attempt, is_sent, payment_id, traceparent, created_at, "
      "due_at, "
      "holder FROM sagas WHERE order_id = $1 FOR NO KEY UPDATE",
      id);
}

Result<std::optional<LockedOrder>> read_locked_order(const std::vector<Rows>& rows,
                                                     const crypto::Envelope& envelope) {
  if (rows.at(0).empty()) return std::optional<LockedOrder>{};
  if (rows.at(1).empty()) return fail(ErrorKind::internal, "saga_missing", rows.at(0).text(0, 0));
  Result<Order> order = read_order(rows.at(0), 0, envelope);
  if (!order) return fail(order);
  Result<SagaRow> saga = read_saga(rows.at(1), 0);
  if (!saga) return fail(saga);
  return LockedOrder{std::move(*order), std::move(*saga)};
}

Result<void> add_new_order(Batch& batch, const crypto::Envelope& envelope, const Order& order) {
  const auto sealed = seal_method(envelope, order.id, order.payment_method);
  if (!sealed) return fail(sealed);
  batch.add(
      "INSERT INTO orders (id, owner, status, lines, total, currency, data_key, payment_method, payment_id, "
      "failure, holding, created_at, updated_at, version) "
      "VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
      order.id, order.owner, name_of(order.status), json_of(order.lines), order.total.minor,
      order.total.currency.code(), Bytes{sealed->data_key}, Bytes{sealed->payment_method}, order.payment_id,
      order.failure, name_of(order.holding), order.created_at, order.updated_at, order.version);
  return {};
}

void add_order_change(Batch& batch, const Order& order) {
  batch.add(
      "UPDATE orders SET status = $2, payment_id = $3, failure = $4, holding = $5, updated_at = $6, version "
      "= $7 "
      "WHERE id = $1",
      order.id, name_of(order.status), order.payment_id, order.failure, name_of(order.holding),
      order.updated_at, order.version);
}

void add_new_saga(Batch& batch, const SagaRow& row) {
  const Saga& saga = row.saga;
  batch.add(
      "INSERT INTO sagas (order_id, step, asks_first, round, attempt, is_sent, payment_id, traceparent, "
      "created_at, due_at, holder) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      saga.order_id, name_of(saga.step), saga.approach == Approach::ask, saga.round, saga.attempt,
      saga.is_sent, saga.payment_id, saga.traceparent, saga.created_at, saga.next_run_at, row.holder);
}

void add_saga_change(Batch& batch, const SagaRow& row) {
  const Saga& saga = row.saga;
  batch.add(
      "UPDATE sagas SET step = $2, asks_first = $3, round = $4, attempt = $5, is_sent = $6, payment_id = $7, "
      "due_at = $8, holder = $9 WHERE order_id = $1",
      saga.order_id, name_of(saga.step), saga.approach == Approach::ask, saga.round, saga.attempt,
      saga.is_sent, saga.payment_id, saga.next_run_at, row.holder);
}

void add_event(Batch& batch, const OrderEvent& event) {
  batch.add(
      "INSERT INTO outbox (id, order_id, order_version, status, skus, traceparent, occurred_at, due_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
      event.id, event.order_id, event.order_version, name_of(event.status),
      fmt::format("{}", fmt::join(event.skus, ",")), event.traceparent, event.occurred_at);
}

void add_reply_query(Batch& batch, const IdempotencyKey& key) {
  batch.add(
      "SELECT status, location, etag, body, fingerprint, created_at FROM idempotency_keys "
      "WHERE owner = $1 AND route = $2 AND key = $3",
      key.owner, key.route, key.key);
}

std::optional<ReplyRow> read_reply(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ReplyRow{
      {static_cast<unsigned>(rows.integer(0, 0)), rows.text(0, 1), rows.text(0, 2), rows.text(0, 3)},
      rows.bytes(0, 4),
      rows.time(0, 5)};
}

void add_reply(Batch& batch, const IdempotencyKey& key, const ReplyRow& row, core::SystemTime kept_since) {
  batch.add(
      "INSERT INTO idempotency_keys AS kept (owner, route, key, fingerprint, status, location, etag, body, "
      "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
      "ON CONFLICT (owner, route, key) DO UPDATE SET fingerprint = excluded.fingerprint, "
      "status = excluded.status, location = excluded.location, etag = excluded.etag, body = excluded.body, "
      "created_at = excluded.created_at WHERE kept.created_at < $10",
      key.owner, key.route, key.key, Bytes{row.fingerprint}, row.reply.status, row.reply.location,
      row.reply.etag, row.reply.body, row.created_at, kept_since);
}

}  // namespace gatehouse::orders::postgres_rows
