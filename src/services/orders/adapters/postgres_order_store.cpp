// Orders in PostgreSQL: see postgres_order_store.hpp. The transactions are free functions, which may run more
// than once: they change nothing but the database.
#include "services/orders/adapters/postgres_order_store.hpp"

#include <fmt/format.h>

#include "services/orders/adapters/postgres_rows.hpp"

namespace gatehouse::orders {
namespace {

namespace rows = postgres_rows;
using postgres::Batch;
using postgres::Repeatable;
using postgres::Rows;
using postgres::Transaction;

std::unexpected<Error> unknown_order() {
  return refuse(ErrorKind::not_found, "unknown_order");
}

// The first answer to this key, if there was one.
Result<std::optional<StoredReply>> replay_in(const Rows& found, const PlaceRequest& request) {
  auto known = rows::read_reply(found);
  if (!known || known->created_at < request.keys_kept_since) return std::optional<StoredReply>{};
  if (known->fingerprint != request.fingerprint) {
    return refuse(ErrorKind::unprocessable, "idempotency_key_reused",
                  "the key was used before with other parameters");
  }
  return std::optional<StoredReply>(std::move(known->reply));
}

rows::SagaRow first_row(const Saga& saga, const std::optional<Lease>& lease) {
  rows::SagaRow row{saga, std::nullopt};
  if (!lease) return row;
  row.holder = lease->holder;
  row.saga.next_run_at = lease->until;
  row.saga.is_sent = true;
  return row;
}

// Nothing is locked until here: a product that many want is held for this one round trip and the commit.
Awaitable<Result<void>> keep(Transaction& transaction, const crypto::Envelope& envelope,
                             const PlaceRequest& request, const Drafted& drafted, const Saga& saga) {
  Batch batch;
  const rows::ReplyRow reply{drafted.reply, request.fingerprint, request.now};
  rows::add_reply(batch, request.key, reply, request.keys_kept_since);
  rows::add_stock_moves(batch, drafted.order, StockMove::reserve);
  const Result<void> sealed = rows::add_new_order(batch, envelope, drafted.order);
  if (!sealed) co_return fail(sealed);
  rows::add_new_saga(batch, first_row(saga, request.lease));
  rows::add_event(batch, event_of(drafted.order, request.traceparent, request.now));
  const auto kept = co_await transaction.run(std::move(batch));
  if (!kept) co_return fail(kept);
  // Another sender of the key was faster: its answer is found when the transaction runs again.
  if (kept->front().affected() == 0) co_return std::unexpected(postgres::run_again("idempotency key"));
  co_return rows::check_stock(*kept, 1, drafted.order, StockMove::reserve);
}

Awaitable<Result<Placed>> place_now(Transaction& transaction, const crypto::Envelope& envelope,
                                    const PlaceRequest& request, const Draft& draft) {
  std::vector<std::string> skus;
  for (const Wish& wish : request.wishes) skus.push_back(wish.sku);
  Batch batch;
  rows::add_reply_query(batch, request.key);
  rows::add_products(batch, skus);
  const auto found = co_await transaction.run(std::move(batch));
  if (!found) co_return fail(found);
  auto replay = replay_in(found->at(0), request);
  if (!replay) co_return fail(replay);
  if (*replay) co_return Placed{std::move(**replay), true, std::nullopt};

  const auto products = rows::read_products(found->at(1));
  if (!products) co_return fail(products);
  Result<Drafted> drafted = draft(*products);
  if (!drafted) co_return fail(drafted);
  Saga saga = begin_saga(drafted->order, request.traceparent);
  const Result<void> kept = co_await keep(transaction, envelope, request, *drafted, saga);
  if (!kept) co_return fail(kept);
  Placed placed{std::move(drafted->reply), false, std::nullopt};
  if (request.lease) placed.run = SagaRun{std::move(drafted->order), std::move(saga), *request.lease};
  co_return placed;
}

struct UpdateRequest {
  std::string id;
  std::optional<std::string> owner;
  std::int64_t expected_version;
  core::SystemTime now;
};

Awaitable<Result<Order>> update_now(Transaction& transaction, const crypto::Envelope& envelope,
                                    const UpdateRequest& request, const OrderChange& change) {
  Batch lock;
  rows::add_locked_order(lock, request.id);
  const auto found = co_await transaction.run(std::move(lock));
  if (!found) co_return fail(found);
  auto locked = rows::read_locked_order(*found, envelope);
  if (!locked) co_return fail(locked);
  if (!*locked || (request.owner && (*locked)->order.owner != *request.owner)) co_return unknown_order();
  auto& [order, row] = **locked;
  if (order.version != request.expected_version) {
    co_return refuse(ErrorKind::precondition_failed, "version_mismatch", "the order has changed meanwhile");
  }
  const core::SystemTime due_at = row.saga.next_run_at;
  const Result<void> changed = change(order, row.saga);
  if (!changed) co_return fail(changed);
  // Who holds the saga now will see the change when it saves: it is not taken away.
  if (row.holder && due_at > request.now) row.saga.next_run_at = due_at;
  Batch batch;
  rows::add_order_change(batch, order);
  rows::add_saga_change(batch, row);
  rows::add_event(batch, event_of(order, row.saga.traceparent, request.now));
  const auto written = co_await transaction.run(std::move(batch));
  if (!written) co_return fail(written);
  co_return std::move(order);
}

// A missing filter is left out of the statement, so that each form has its index.
const std::string& page_statement(const PageQuery& query) {
  const auto statement = [](std::string_view owner, std::string_view status) {
    return fmt::format(
        "SELECT {} FROM orders WHERE (created_at, id) < ($1, $2) AND {} AND {} "
        "ORDER BY created_at DESC, id DESC LIMIT $5",
        rows::kOrderColumns, owner, status);
  };
  constexpr std::string_view kAnyOwner = "$3::text IS NULL";
  constexpr std::string_view kAnyStatus = "$4::text IS NULL";
  static const std::string all = statement(kAnyOwner, kAnyStatus);
  static const std::string of_owner = statement("owner = $3", kAnyStatus);
  static const std::string in_status = statement(kAnyOwner, "status = $4");
  static const std::string of_owner_in_status = statement("owner = $3", "status = $4");
  if (query.owner) return query.status ? of_owner_in_status : of_owner;
  return query.status ? in_status : all;
}

}  // namespace

Awaitable<Result<Placed>> PostgresOrderStore::place(PlaceRequest request, Draft draft) {
  const auto work = [&](Transaction& transaction) {
    return place_now(transaction, shared_.envelope, request, draft);
  };
  co_return co_await shared_.database.transaction(work, request.deadline);
}

Awaitable<Result<Order>> PostgresOrderStore::get(std::string id, std::optional<std::string> owner,
                                                 Deadline deadline) {
  static const std::string sql = fmt::format("SELECT {} FROM orders WHERE id = $1", rows::kOrderColumns);
  Batch batch;
  batch.add(sql, id);
  const auto found = co_await shared_.database.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  if (found->front().empty()) co_return unknown_order();
  Result<Order> order = rows::read_order(found->front(), 0, shared_.envelope);
  if (order && owner && order->owner != *owner) co_return unknown_order();
  co_return order;
}

Awaitable<Result<OrderPage>> PostgresOrderStore::list(PageQuery query) {
  const PagePosition start = query.after.value_or(PagePosition{core::SystemTime::max(), ""});
  const auto status = query.status ? std::optional<std::string_view>(name_of(*query.status)) : std::nullopt;
  Batch batch;
  batch.add(page_statement(query), start.created_at, start.id, query.owner, status, query.limit + 1);
  const auto found = co_await shared_.database.run(std::move(batch), Repeatable::yes, query.deadline);
  if (!found) co_return fail(found);
  auto orders = rows::read_orders(found->front(), shared_.envelope);
  if (!orders) co_return fail(orders);
  OrderPage page{std::move(*orders), false};
  page.has_more = page.orders.size() > query.limit;
  if (page.has_more) page.orders.pop_back();
  co_return page;
}

Awaitable<Result<Order>> PostgresOrderStore::update(std::string id, std::optional<std::string> owner,
                                                    std::int64_t expected_version, core::SystemTime now,
                                                    OrderChange change, Deadline deadline) {
  const UpdateRequest request{std::move(id), std::move(owner), expected_version, now};
  const auto work = [&](Transaction& transaction) {
    return update_now(transaction, shared_.envelope, request, change);
  };
  co_return co_await shared_.database.transaction(work, deadline);
}

}  // namespace gatehouse::orders
