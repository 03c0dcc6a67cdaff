// The outbox in SQLite: see sqlite_outbox.hpp. Lists of names are kept comma-separated: neither a SKU nor the
// name of a subscriber has a comma.
#include "services/orders/adapters/sqlite_outbox.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text.hpp"
#include "services/orders/adapters/sqlite_rows.hpp"

namespace gatehouse::orders {
namespace {

using sqlite::Connection;
using sqlite::Row;

struct EventRow {
  std::int64_t sequence;
  PendingEvent pending;
};

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  for (const std::string_view name : core::split(text, ',')) names.emplace_back(name);
  return names;
}

Result<EventRow> read_event(const Row& row) {
  const auto status = status_of(row.text(4));
  if (!status) return fail(ErrorKind::internal, "database_corrupt", "an event has an unknown status");
  return EventRow{row.integer(0), PendingEvent{OrderEvent{.id = row.text(1),
                                                          .order_id = row.text(2),
                                                          .order_version = row.integer(3),
                                                          .status = *status,
                                                          .skus = names_in(row.text(5)),
                                                          .traceparent = row.text(6),
                                                          .occurred_at = row.time(7)},
                                               names_in(row.text(8)), row.integer(9)}};
}

Result<std::vector<PendingEvent>> claim_now(Connection& connection, core::SystemTime held_until,
                                            std::size_t limit, core::SystemTime now) {
  auto found = connection.all(
      "SELECT sequence, id, order_id, order_version, status, skus, traceparent, occurred_at, told, attempts "
      "FROM outbox WHERE is_delivered = 0 AND due_at <= ? ORDER BY due_at, sequence LIMIT ?",
      read_event, now, limit);
  if (!found) return fail(found);
  std::vector<PendingEvent> claimed;
  for (EventRow& row : *found) {
    auto held = connection.run("UPDATE outbox SET due_at = ? WHERE sequence = ?", held_until, row.sequence);
    if (!held) return fail(held);
    claimed.push_back(std::move(row.pending));
  }
  return claimed;
}

}  // namespace

Awaitable<Result<std::vector<PendingEvent>>> SqliteOutbox::claim(core::SystemTime held_until,
                                                                 std::size_t limit, core::SystemTime now) {
  auto look = [now](Connection& connection) {
    const auto read = [](const Row& row) { return row.integer(0); };
    return connection.one("SELECT 1 FROM outbox WHERE is_delivered = 0 AND due_at <= ? LIMIT 1", read, now);
  };
  const auto first = co_await shared_.database.read(std::move(look));
  if (!first) co_return fail(first);
  if (!*first) co_return std::vector<PendingEvent>{};
  auto work = [held_until, limit, now](Connection& connection) {
    return claim_now(connection, held_until, limit, now);
  };
  co_return co_await shared_.database.write(std::move(work));
}

Awaitable<Result<void>> SqliteOutbox::record(std::vector<Delivery> deliveries, core::SystemTime) {
  auto work = [deliveries = std::move(deliveries)](Connection& connection) -> Result<void> {
    for (const Delivery& delivery : deliveries) {
      auto recorded = connection.run(
          "UPDATE outbox SET told = ?, is_delivered = ?, due_at = ?, attempts = attempts + 1 WHERE id = ?",
          fmt::format("{}", fmt::join(delivery.told, ",")), delivery.is_complete, delivery.next_attempt_at,
          delivery.event_id);
      if (!recorded) return fail(recorded);
    }
    return {};
  };
  co_return co_await shared_.database.write(std::move(work));
}

Awaitable<Result<std::vector<FeedEvent>>> SqliteOutbox::after(std::int64_t position, std::size_t limit) {
  auto work = [position, limit](Connection& connection) -> Result<std::vector<FeedEvent>> {
    auto found = connection.all(
        "SELECT sequence, id, order_id, order_version, status, skus, traceparent, occurred_at, told, "
        "attempts "
        "FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?",
        read_event, position, limit);
    if (!found) return fail(found);
    std::vector<FeedEvent> events;
    for (EventRow& row : *found) events.push_back({row.sequence, std::move(row.pending.event)});
    return events;
  };
  co_return co_await shared_.database.read(std::move(work));
}

Awaitable<Result<std::int64_t>> SqliteOutbox::end() {
  auto work = [](Connection& connection) { return rows::feed_position(connection); };
  co_return co_await shared_.database.read(std::move(work));
}

Awaitable<Result<std::int64_t>> SqliteOutbox::pending() {
  auto work = [](Connection& connection) -> Result<std::int64_t> {
    const auto read = [](const Row& row) { return row.integer(0); };
    auto counted = connection.one("SELECT count(*) FROM outbox WHERE is_delivered = 0", read);
    if (!counted) return fail(counted);
    return counted->value_or(0);
  };
  co_return co_await shared_.database.read(std::move(work));
}

Awaitable<Result<std::int64_t>> SqliteOutbox::purge(core::SystemTime before, std::size_t limit) {
  auto work = [before, limit](Connection& connection) -> Result<std::int64_t> {
    // Only the oldest events are looked at: the search must not cost more than it frees.
    auto events = connection.run(
        "DELETE FROM outbox WHERE sequence IN (SELECT sequence FROM outbox ORDER BY sequence LIMIT ?) "
        "AND is_delivered = 1 AND occurred_at < ?",
        limit, before);
    if (!events) return events;
    auto keys = connection.run(
        "DELETE FROM idempotency_keys WHERE (owner, route, key) IN (SELECT owner, route, key FROM "
        "idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ?)",
        before, limit);
    if (!keys) return keys;
    return *events + *keys;
  };
  co_return co_await shared_.database.write(std::move(work));
}

}  // namespace gatehouse::orders
