// Orders in SQLite: see sqlite_order_store.hpp. The transactions are free functions: they run on the write
// queue's thread and own what they touch.
#include "services/orders/adapters/sqlite_order_store.hpp"

#include "services/orders/adapters/sqlite_rows.hpp"

namespace gatehouse::orders {
namespace {

using sqlite::Connection;

std::unexpected<Error> unknown_order() {
  return refuse(ErrorKind::not_found, "unknown_order");
}

Result<Order> visible_order(Connection& connection, const crypto::Envelope& envelope, const std::string& id,
                            const std::optional<std::string>& owner) {
  auto found = rows::find_order(connection, envelope, id);
  if (!found) return fail(found);
  if (!*found || (owner && (*found)->owner != *owner)) return unknown_order();
  return std::move(**found);
}

// The first answer to this key, if there was one.
Result<std::optional<StoredReply>> replay_of(Connection& connection, const PlaceRequest& request) {
  auto known = rows::find_reply(connection, request.key);
  if (!known) return fail(known);
  if (!*known || (*known)->created_at < request.keys_kept_since) return std::optional<StoredReply>{};
  if ((*known)->fingerprint != request.fingerprint) {
    return refuse(ErrorKind::unprocessable, "idempotency_key_reused",
                  "the key was used before with other parameters");
  }
  return std::optional<StoredReply>(std::move((*known)->reply));
}

Result<Drafted> draft_now(Connection& connection, const PlaceRequest& request, const Draft& draft) {
  std::vector<Product> products;
  for (const Wish& wish : request.wishes) {
    auto product = rows::find_product(connection, wish.sku);
    if (!product) return fail(product);
    if (*product) products.push_back(std::move(**product));
  }
  return draft(products);
}

rows::SagaRow first_row(const Saga& saga, const std::optional<Lease>& lease) {
  rows::SagaRow row{saga, std::nullopt};
  if (!lease) return row;
  row.holder = lease->holder;
  row.saga.next_run_at = lease->until;
  row.saga.is_sent = true;
  return row;
}

Result<void> keep(Connection& connection, const crypto::Envelope& envelope, const PlaceRequest& request,
                  const Drafted& drafted, const Saga& saga) {
  const rows::ReplyRow reply{drafted.reply, request.fingerprint, request.now};
  auto kept = rows::add_reply(connection, request.key, reply);
  if (kept) kept = rows::move_stock(connection, drafted.order, StockMove::reserve);
  if (kept) kept = rows::add_order(connection, envelope, drafted.order);
  if (kept) kept = rows::add_saga(connection, first_row(saga, request.lease));
  if (kept) kept = rows::add_event(connection, event_of(drafted.order, request.traceparent, request.now));
  return kept;
}

Result<Placed> place_now(Connection& connection, const crypto::Envelope& envelope,
                         const PlaceRequest& request, const Draft& draft) {
  auto replay = replay_of(connection, request);
  if (!replay) return fail(replay);
  if (*replay) return Placed{std::move(**replay), true, std::nullopt};
  Result<Drafted> drafted = draft_now(connection, request, draft);
  if (!drafted) return fail(drafted);
  Saga saga = begin_saga(drafted->order, request.traceparent);
  const Result<void> kept = keep(connection, envelope, request, *drafted, saga);
  if (!kept) return fail(kept);
  Placed placed{std::move(drafted->reply), false, std::nullopt};
  if (request.lease) placed.run = SagaRun{std::move(drafted->order), std::move(saga), *request.lease};
  return placed;
}

struct UpdateRequest {
  std::string id;
  std::optional<std::string> owner;
  std::int64_t expected_version;
  core::SystemTime now;
};

Result<Order> update_now(Connection& connection, const crypto::Envelope& envelope,
                         const UpdateRequest& request, const OrderChange& change) {
  Result<Order> order = visible_order(connection, envelope, request.id, request.owner);
  if (!order) return order;
  if (order->version != request.expected_version) {
    return refuse(ErrorKind::precondition_failed, "version_mismatch", "the order has changed meanwhile");
  }
  auto row = rows::find_saga(connection, request.id);
  if (!row) return fail(row);
  if (!*row) return fail(ErrorKind::internal, "saga_missing", request.id);
  const core::SystemTime due_at = (*row)->saga.next_run_at;
  const Result<void> changed = change(*order, (*row)->saga);
  if (!changed) return fail(changed);
  // Who holds the saga now will see the change when it saves: it is not taken away.
  if ((*row)->holder && due_at > request.now) (*row)->saga.next_run_at = due_at;
  auto written = rows::write_order(connection, *order, request.expected_version);
  if (written) written = rows::write_saga(connection, **row);
  if (written) {
    written = rows::add_event(connection, event_of(*order, (*row)->saga.traceparent, request.now));
  }
  if (!written) return fail(written);
  return order;
}

}  // namespace

Awaitable<Result<Placed>> SqliteOrderStore::place(PlaceRequest request, Draft draft) {
  auto work = [this, request = std::move(request), draft = std::move(draft)](Connection& connection) {
    return place_now(connection, shared_.envelope, request, draft);
  };
  co_return co_await shared_.database.write(std::move(work));
}

Awaitable<Result<Order>> SqliteOrderStore::get(std::string id, std::optional<std::string> owner, Deadline) {
  auto work = [this, id = std::move(id), owner = std::move(owner)](Connection& connection) {
    const auto look = [&] { return visible_order(connection, shared_.envelope, id, owner); };
    return sqlite::snapshot(connection, look);
  };
  co_return co_await shared_.database.read(std::move(work));
}

Awaitable<Result<OrderPage>> SqliteOrderStore::list(PageQuery query) {
  auto work = [this, query = std::move(query)](Connection& connection) -> Result<OrderPage> {
    const auto look = [&] { return rows::list_orders(connection, shared_.envelope, query); };
    auto orders = sqlite::snapshot(connection, look);
    if (!orders) return fail(orders);
    OrderPage page{std::move(*orders), false};
    page.has_more = page.orders.size() > query.limit;
    if (page.has_more) page.orders.pop_back();
    return page;
  };
  co_return co_await shared_.database.read(std::move(work));
}

Awaitable<Result<Order>> SqliteOrderStore::update(std::string id, std::optional<std::string> owner,
                                                  std::int64_t expected_version, core::SystemTime now,
                                                  OrderChange change, Deadline) {
  UpdateRequest request{std::move(id), std::move(owner), expected_version, now};
  auto work = [this, request = std::move(request), change = std::move(change)](Connection& connection) {
    return update_now(connection, shared_.envelope, request, change);
  };
  co_return co_await shared_.database.write(std::move(work));
}

}  // namespace gatehouse::orders
