// The outbox in PostgreSQL: see postgres_outbox.hpp. Lists of names are kept comma-separated: neither a SKU
// nor the name of a subscriber has a comma.
#include "services/orders/adapters/postgres_outbox.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text.hpp"
#include "services/orders/adapters/postgres_feed.hpp"

namespace gatehouse::orders {
namespace {

using postgres::Batch;
using postgres::Repeatable;
using postgres::Rows;

// What another claims at this moment is passed over.
constexpr std::string_view kClaim = R"sql(
WITH due AS (
  SELECT sequence, due_at FROM outbox WHERE NOT is_delivered AND due_at <= $1
  ORDER BY due_at, sequence LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
), held AS (
  UPDATE outbox SET due_at = $3 FROM due WHERE outbox.sequence = due.sequence
  RETURNING outbox.*, due.due_at AS was_due_at
)
SELECT sequence, id, order_id, order_version, status, skus, traceparent, occurred_at, told, attempts
FROM held ORDER BY was_due_at, sequence)sql";

constexpr std::string_view kRecord = R"sql(
UPDATE outbox SET told = one.told, is_delivered = one.is_complete, due_at = one.due_at, attempts = attempts + 1
FROM unnest($1::text[], $2::text[], $3::boolean[], $4::bigint[]) AS one (id, told, is_complete, due_at)
WHERE outbox.id = one.id)sql";

constexpr std::string_view kAfter =
    "SELECT position, id, order_id, order_version, status, skus, traceparent, occurred_at "
    "FROM outbox WHERE position > $1 ORDER BY position LIMIT $2";

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  for (const std::string_view name : core::split(text, ',')) names.emplace_back(name);
  return names;
}

Result<OrderEvent> read_event(const Rows& rows, std::size_t row) {
  const auto status = status_of(rows.view(row, 4));
  if (!status) return fail(ErrorKind::internal, "database_corrupt", "an event has an unknown status");
  return OrderEvent{.id = rows.text(row, 1),
                    .order_id = rows.text(row, 2),
                    .order_version = rows.integer(row, 3),
                    .status = *status,
                    .skus = names_in(rows.view(row, 5)),
                    .traceparent = rows.text(row, 6),
                    .occurred_at = rows.time(row, 7)};
}

}  // namespace

Awaitable<Result<std::vector<PendingEvent>>> PostgresOutbox::claim(core::SystemTime held_until,
                                                                   std::size_t limit, core::SystemTime now) {
  Batch batch;
  batch.add(kClaim, now, limit, held_until);
  const auto found = co_await shared_.database.run(std::move(batch), Repeatable::no);
  if (!found) co_return fail(found);
  const Rows& rows = found->front();
  std::vector<PendingEvent> claimed;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Result<OrderEvent> event = read_event(rows, row);
    if (!event) co_return fail(event);
    claimed.push_back({std::move(*event), names_in(rows.view(row, 8)), rows.integer(row, 9)});
  }
  co_return claimed;
}

Awaitable<Result<void>> PostgresOutbox::record(std::vector<Delivery> deliveries, core::SystemTime) {
  if (deliveries.empty()) co_return Result<void>{};
  std::vector<std::string> ids;
  std::vector<std::string> told;
  std::vector<std::string> complete;
  std::vector<std::string> due;
  for (const Delivery& delivery : deliveries) {
    ids.push_back(delivery.event_id);
    told.push_back(fmt::format("{}", fmt::join(delivery.told, ",")));
    complete.push_back(delivery.is_complete ? "true" : "false");
    due.push_back(std::to_string(core::unix_micros(delivery.next_attempt_at)));
  }
  Batch batch;
  batch.add(kRecord, ids, told, complete, due);
  const auto recorded = co_await shared_.database.run(std::move(batch), Repeatable::no);
  if (!recorded) co_return fail(recorded);
  co_return Result<void>{};
}

Awaitable<Result<std::vector<FeedEvent>>> PostgresOutbox::after(std::int64_t position, std::size_t limit) {
  Batch batch;
  batch.add(kAfter, position, limit);
  const Result<Rows> found = co_await read_feed(shared_.database, std::move(batch));
  if (!found) co_return fail(found);
  std::vector<FeedEvent> events;
  for (std::size_t row = 0; row < found->size(); ++row) {
    Result<OrderEvent> event = read_event(*found, row);
    if (!event) co_return fail(event);
    events.push_back({found->integer(row, 0), std::move(*event)});
  }
  co_return events;
}

Awaitable<Result<std::int64_t>> PostgresOutbox::end() {
  Batch batch;
  batch.add("SELECT position FROM feed");
  const Result<Rows> found = co_await read_feed(shared_.database, std::move(batch));
  if (!found) co_return fail(found);
  co_return found->integer(0, 0);
}

Awaitable<Result<std::int64_t>> PostgresOutbox::pending() {
  Batch batch;
  batch.add("SELECT count(*) FROM outbox WHERE NOT is_delivered");
  const auto counted = co_await shared_.database.run(std::move(batch), Repeatable::yes);
  if (!counted) co_return fail(counted);
  co_return counted->front().integer(0, 0);
}

Awaitable<Result<std::int64_t>> PostgresOutbox::purge(core::SystemTime before, std::size_t limit) {
  Batch batch;
  // Only the oldest events are looked at: the search must not cost more than it frees.
  batch.add(
      "DELETE FROM outbox WHERE sequence IN (SELECT sequence FROM outbox ORDER BY sequence LIMIT $1) "
      "AND is_delivered AND occurred_at < $2",
      limit, before);
  batch.add(
      "DELETE FROM idempotency_keys WHERE (owner, route, key) IN (SELECT owner, route, key FROM "
      "idempotency_keys WHERE created_at < $2 ORDER BY created_at LIMIT $1)",
      limit, before);
  const auto purged = co_await shared_.database.run(std::move(batch), Repeatable::yes);
  if (!purged) co_return fail(purged);
  co_return purged->at(0).affected() + purged->at(1).affected();
}

}  // namespace gatehouse::orders
