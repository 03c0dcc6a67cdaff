// Sagas in SQLite: the other half of sqlite_order_store.hpp.
#include "services/orders/adapters/sqlite_order_store.hpp"
#include "services/orders/adapters/sqlite_rows.hpp"

namespace gatehouse::orders {
namespace {

using sqlite::Connection;
using sqlite::Row;

constexpr std::string_view kDue =
    "SELECT order_id FROM sagas WHERE step <> 'finished' AND due_at <= ? ORDER BY due_at LIMIT ?";

Result<SagaRun> take(Connection& connection, const crypto::Envelope& envelope, const std::string& order_id,
                     const Lease& lease) {
  auto row = rows::find_saga(connection, order_id);
  if (!row) return fail(row);
  if (!*row) return fail(ErrorKind::internal, "saga_missing", order_id);
  rows::SagaRow held{(*row)->saga, lease.holder};
  held.saga.next_run_at = lease.until;
  held.saga.is_sent = true;
  const auto written = rows::write_saga(connection, held);
  if (!written) return fail(written);
  auto order = rows::find_order(connection, envelope, order_id);
  if (!order) return fail(order);
  if (!*order) return fail(ErrorKind::internal, "saga_missing", order_id);
  return SagaRun{std::move(**order), std::move((*row)->saga), lease};
}

Result<std::vector<SagaRun>> claim_now(Connection& connection, const crypto::Envelope& envelope,
                                       const Lease& lease, std::size_t limit, core::SystemTime now) {
  const auto read_id = [](const Row& row) { return row.text(0); };
  const auto due = connection.all(kDue, read_id, now, limit);
  if (!due) return fail(due);
  std::vector<SagaRun> runs;
  for (const std::string& id : *due) {
    Result<SagaRun> run = take(connection, envelope, id, lease);
    // A damaged order waits for the end of the lease like one whose holder died; the others go on.
    if (!run && crypto::is_rejected(run.error())) continue;
    if (!run) return fail(run);
    runs.push_back(std::move(*run));
  }
  return runs;
}

struct SaveRequest {
  std::string order_id;
  std::string holder;
  core::SystemTime now;
};

Result<SavedStep> save_now(Connection& connection, const crypto::Envelope& envelope,
                           const SaveRequest& request, const StepChange& change) {
  auto row = rows::find_saga(connection, request.order_id);
  if (!row) return fail(row);
  if (!*row || (*row)->holder != request.holder) return fail(ErrorKind::conflict, "lease_lost");
  auto order = rows::find_order(connection, envelope, request.order_id);
  if (!order) return fail(order);
  if (!*order) return fail(ErrorKind::internal, "saga_missing", request.order_id);
  SavedStep saved{std::move(**order), std::move((*row)->saga), {}};
  const std::int64_t version = saved.order.version;
  const Result<Step> step = change(saved.order, saved.saga);
  if (!step) return fail(step);
  saved.progress = step->progress;
  if (step->lease_until) saved.saga.next_run_at = *step->lease_until;

  auto holder = step->lease_until ? std::optional(request.holder) : std::nullopt;
  auto written = rows::write_saga(connection, {saved.saga, std::move(holder)});
  if (written) written = rows::move_stock(connection, saved.order, step->progress.move);
  if (written && saved.order.version != version) {
    written = rows::write_order(connection, saved.order, version);
    if (written) {
      written = rows::add_event(connection, event_of(saved.order, saved.saga.traceparent, request.now));
    }
  }
  if (!written) return fail(written);
  return saved;
}

}  // namespace

Awaitable<Result<std::vector<SagaRun>>> SqliteOrderStore::claim(Lease lease, std::size_t limit,
                                                                core::SystemTime now) {
  // Most of the time nothing is due: that is found out without the write lock.
  auto look = [now](Connection& connection) {
    const auto read_id = [](const Row& row) { return row.text(0); };
    return connection.one(kDue, read_id, now, 1);
  };
  const auto first = co_await shared_.database.read(std::move(look));
  if (!first) co_return fail(first);
  if (!*first) co_return std::vector<SagaRun>{};
  auto work = [this, lease = std::move(lease), limit, now](Connection& connection) {
    return claim_now(connection, shared_.envelope, lease, limit, now);
  };
  co_return co_await shared_.database.write(std::move(work));
}

Awaitable<Result<SavedStep>> SqliteOrderStore::save(std::string order_id, std::string holder,
                                                    core::SystemTime now, StepChange change) {
  SaveRequest request{std::move(order_id), std::move(holder), now};
  auto work = [this, request = std::move(request), change = std::move(change)](Connection& connection) {
    return save_now(connection, shared_.envelope, request, change);
  };
  co_return co_await shared_.database.write(std::move(work));
}

Awaitable<Result<void>> SqliteOrderStore::release(std::string instance) {
  auto work = [prefix = instance + "/"](Connection& connection) -> Result<void> {
    auto freed = connection.run(
        "UPDATE sagas SET holder = NULL, due_at = created_at "
        "WHERE step <> 'finished' AND substr(holder, 1, length(?1)) = ?1",
        prefix);
    if (!freed) return fail(freed);
    return {};
  };
  co_return co_await shared_.database.write(std::move(work));
}

Awaitable<Result<Backlog>> SqliteOrderStore::backlog(core::SystemTime stuck_if_before) {
  auto work = [stuck_if_before](Connection& connection) -> Result<Backlog> {
    const auto read = [](const Row& row) { return Backlog{row.integer(0), row.integer(1)}; };
    auto counted = connection.one(
        "SELECT count(*), coalesce(sum(o.updated_at < ?), 0) FROM sagas s JOIN orders o ON o.id = s.order_id "
        "WHERE s.step <> 'finished'",
        read, stuck_if_before);
    if (!counted) return fail(counted);
    return counted->value_or(Backlog{});
  };
  co_return co_await shared_.database.read(std::move(work));
}

}  // namespace gatehouse::orders
