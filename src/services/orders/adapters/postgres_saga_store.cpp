// Sagas in PostgreSQL: the other half of postgres_order_store.hpp.
#include <map>

#include <fmt/format.h>

#include "services/orders/adapters/postgres_order_store.hpp"
#include "services/orders/adapters/postgres_rows.hpp"

namespace gatehouse::orders {
namespace {

namespace rows = postgres_rows;
using postgres::Batch;
using postgres::Repeatable;
using postgres::Rows;
using postgres::Transaction;

// Handed out as they were, held from now on. What another claims at this moment is passed over.
constexpr std::string_view kClaim = R"sql(
WITH due AS (
  SELECT * FROM sagas WHERE step <> 'finished' AND due_at <= $1
  ORDER BY due_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
), held AS (
  UPDATE sagas SET holder = $3, due_at = $4, is_sent = true FROM due WHERE sagas.order_id = due.order_id
)
SELECT order_id, step, asks_first, round, attempt, is_sent, payment_id, traceparent, created_at, due_at, holder
FROM due ORDER BY due_at)sql";

// In a statement of its own, after the lock: an order that changed just before is read as it is now.
const std::string& claimed_orders() {
  static const std::string sql = fmt::format(
      "SELECT {} FROM orders WHERE id IN (SELECT order_id FROM sagas WHERE holder = $1 AND due_at = $2)",
      rows::kOrderColumns);
  return sql;
}

Result<std::vector<SagaRun>> runs_in(const Rows& sagas, const Rows& orders, const crypto::Envelope& envelope,
                                     const Lease& lease) {
  std::map<std::string, std::size_t> order_rows;
  for (std::size_t row = 0; row < orders.size(); ++row) order_rows.emplace(orders.text(row, 0), row);
  std::vector<SagaRun> runs;
  for (std::size_t row = 0; row < sagas.size(); ++row) {
    Result<rows::SagaRow> saga = rows::read_saga(sagas, row);
    if (!saga) return fail(saga);
    const auto at = order_rows.find(saga->saga.order_id);
    if (at == order_rows.end()) return fail(ErrorKind::internal, "saga_missing", saga->saga.order_id);
    Result<Order> order = rows::read_order(orders, at->second, envelope);
    if (!order) return fail(order);
    runs.push_back({std::move(*order), std::move(saga->saga), lease});
  }
  return runs;
}

struct SaveRequest {
  std::string order_id;
  std::string holder;
  core::SystemTime now;
};

Awaitable<Result<SavedStep>> save_now(Transaction& transaction, const crypto::Envelope& envelope,
                                      const SaveRequest& request, const StepChange& change) {
  Batch lock;
  rows::add_locked_order(lock, request.order_id);
  const auto found = co_await transaction.run(std::move(lock));
  if (!found) co_return fail(found);
  auto locked = rows::read_locked_order(*found, envelope);
  if (!locked) co_return fail(locked);
  if (!*locked || (*locked)->saga.holder != request.holder) co_return fail(ErrorKind::conflict, "lease_lost");
  SavedStep saved{std::move((*locked)->order), std::move((*locked)->saga.saga), {}};
  const std::int64_t version = saved.order.version;
  const Result<Step> step = change(saved.order, saved.saga);
  if (!step) co_return fail(step);
  saved.progress = step->progress;
  if (step->lease_until) saved.saga.next_run_at = *step->lease_until;

  Batch batch;
  rows::add_stock_moves(batch, saved.order, step->progress.move);
  rows::add_saga_change(batch,
                        {saved.saga, step->lease_until ? std::optional(request.holder) : std::nullopt});
  if (saved.order.version != version) {
    rows::add_order_change(batch, saved.order);
    rows::add_event(batch, event_of(saved.order, saved.saga.traceparent, request.now));
  }
  const auto written = co_await transaction.run(std::move(batch));
  if (!written) co_return fail(written);
  const Result<void> moved = rows::check_stock(*written, 0, saved.order, step->progress.move);
  if (!moved) co_return fail(moved);
  co_return saved;
}

}  // namespace

Awaitable<Result<std::vector<SagaRun>>> PostgresOrderStore::claim(Lease lease, std::size_t limit,
                                                                  core::SystemTime now) {
  Batch batch;
  batch.add(kClaim, now, limit, lease.holder, lease.until);
  batch.add(claimed_orders(), lease.holder, lease.until);
  const auto found = co_await shared_.database.run(std::move(batch), Repeatable::no);
  if (!found) co_return fail(found);
  co_return runs_in(found->at(0), found->at(1), shared_.envelope, lease);
}

Awaitable<Result<SavedStep>> PostgresOrderStore::save(std::string order_id, std::string holder,
                                                      core::SystemTime now, StepChange change) {
  const SaveRequest request{std::move(order_id), std::move(holder), now};
  const auto work = [&](Transaction& transaction) {
    return save_now(transaction, shared_.envelope, request, change);
  };
  co_return co_await shared_.database.transaction(work);
}

Awaitable<Result<void>> PostgresOrderStore::release(std::string instance) {
  Batch batch;
  batch.add(
      "UPDATE sagas SET holder = NULL, due_at = created_at WHERE step <> 'finished' AND starts_with(holder, "
      "$1)",
      instance + "/");
  const auto freed = co_await shared_.database.run(std::move(batch), Repeatable::yes);
  if (!freed) co_return fail(freed);
  co_return Result<void>{};
}

Awaitable<Result<Backlog>> PostgresOrderStore::backlog(core::SystemTime stuck_if_before) {
  Batch batch;
  batch.add(
      "SELECT count(*), count(*) FILTER (WHERE o.updated_at < $1) FROM sagas s JOIN orders o ON o.id = "
      "s.order_id WHERE s.step <> 'finished'",
      stuck_if_before);
  const auto counted = co_await shared_.database.run(std::move(batch), Repeatable::yes);
  if (!counted) co_return fail(counted);
  co_return Backlog{counted->front().integer(0, 0), counted->front().integer(0, 1)};
}

}  // namespace gatehouse::orders
