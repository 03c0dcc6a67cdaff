#include "services/orders/adapters/postgres_feed.hpp"

namespace gatehouse::orders {
namespace {

using postgres::Batch;
using postgres::Repeatable;
using postgres::Rows;

constexpr std::int64_t kNumberedAtOnce = 1'000;

constexpr std::string_view kIsAnyUnnumbered = "SELECT EXISTS (SELECT FROM outbox WHERE position IS NULL)";

// Two statements: the second sees what was committed by those who held the lock before.
constexpr std::string_view kLockFeed = "SELECT position FROM feed FOR UPDATE";
constexpr std::string_view kNumber = R"sql(
WITH fresh AS (
  SELECT sequence, row_number() OVER (ORDER BY sequence) AS nth
  FROM outbox WHERE position IS NULL ORDER BY sequence LIMIT $1
), numbered AS (
  UPDATE outbox SET position = feed.position + fresh.nth
  FROM fresh, feed WHERE outbox.sequence = fresh.sequence
)
UPDATE feed SET position = position + fresh.events
FROM (SELECT count(*) AS events FROM fresh) fresh WHERE fresh.events > 0
RETURNING fresh.events, pg_notify($2, ''))sql";

Awaitable<Result<void>> number_events(postgres::Database& database) {
  for (;;) {
    Batch batch;
    batch.add(kLockFeed).add(kNumber, kNumberedAtOnce, kFeedChannel);
    const auto rows = co_await database.run(std::move(batch), Repeatable::yes);
    if (!rows) co_return fail(rows);
    const Rows& numbered = rows->back();
    if (numbered.empty() || numbered.integer(0, 0) < kNumberedAtOnce) co_return Result<void>{};
  }
}

}  // namespace

Awaitable<Result<Rows>> read_feed(postgres::Database& database, Batch batch) {
  Batch first;
  first.add(kIsAnyUnnumbered);
  first.append(batch);
  auto rows = co_await database.run(std::move(first), Repeatable::yes);
  if (!rows) co_return fail(rows);
  if (!rows->front().flag(0, 0)) co_return std::move(rows->back());
  const Result<void> numbered = co_await number_events(database);
  if (!numbered) co_return fail(numbered);
  rows = co_await database.run(std::move(batch), Repeatable::yes);
  if (!rows) co_return fail(rows);
  co_return std::move(rows->back());
}

}  // namespace gatehouse::orders
