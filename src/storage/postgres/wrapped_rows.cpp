#include "storage/postgres/wrapped_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/timer.hpp"

namespace gatehouse::storage::postgres {

PostgresWrappedRows::PostgresWrappedRows(Database& database, const WrappedTable& table, WalkPace pace)
    : database_(database),
      pace_(pace),
      count_(fmt::format(
          "SELECT substr(wrapped, 4, 4), count(*), max(id) FROM (SELECT {1} AS id, {2} AS wrapped "
          "FROM {0} WHERE {1} > $1 ORDER BY {1} LIMIT $2) AS page GROUP BY 1",
          table.table, table.id, table.wrapped)),
      below_(fmt::format("SELECT {1}, CASE WHEN substr({2}, 4, 4) < $3 AND length({2}) > 0 THEN {2} END FROM "
                         "{0} WHERE {1} > $1 ORDER BY {1} LIMIT $2",
                         table.table, table.id, table.wrapped)),
      replace_(fmt::format("UPDATE {0} SET {2} = $1 WHERE {1} = $2 AND {2} = $3", table.table, table.id,
                           table.wrapped)) {}

Awaitable<Result<RowsPerVersion>> PostgresWrappedRows::count() {
  RowsPerVersion counted;
  for (std::string after;;) {
    Batch batch;
    batch.add(count_, after, pace_.page_rows);
    const auto page = co_await database_.run(std::move(batch), Repeatable::yes);
    if (!page) co_return fail(page);
    const Rows& groups = page->front();
    std::size_t seen = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const auto rows = static_cast<std::uint64_t>(groups.integer(i, 1));
      seen += rows;
      after = std::max(after, groups.text(i, 2));
      const std::string version = groups.is_null(i, 0) ? std::string{} : groups.bytes(i, 0);
      if (!version.empty()) counted[version_of_bytes(version)] += rows;
    }
    if (seen < pace_.page_rows) co_return counted;
    if (const auto slept = co_await runtime::sleep_for(pace_.pause); !slept) co_return fail(slept);
  }
}

Awaitable<Result<std::vector<WrappedRow>>> PostgresWrappedRows::below(std::uint32_t version,
                                                                      std::string after, std::size_t limit) {
  const std::string bound = bytes_of_version(version);
  std::vector<WrappedRow> found;
  for (;;) {
    Batch batch;
    batch.add(below_, after, pace_.page_rows, Bytes{bound});
    const auto page = co_await database_.run(std::move(batch), Repeatable::yes);
    if (!page) co_return fail(page);
    const Rows& rows = page->front();
    for (std::size_t i = 0; i < rows.size() && found.size() < limit; ++i) {
      if (!rows.is_null(i, 1)) found.push_back({.id = rows.text(i, 0), .wrapped = rows.bytes(i, 1)});
    }
    if (found.size() == limit || rows.size() < pace_.page_rows) co_return found;
    after = rows.text(rows.size() - 1, 0);
    if (const auto slept = co_await runtime::sleep_for(pace_.pause); !slept) co_return fail(slept);
  }
}

Awaitable<Result<std::size_t>> PostgresWrappedRows::replace(std::vector<Rewrapped> rows) {
  Batch batch;
  for (const Rewrapped& row : rows) batch.add(replace_, Bytes{row.fresh}, row.id, Bytes{row.known});
  // Run twice, the second time finds nothing to do: only the number is then too small.
  const auto done = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!done) co_return fail(done);
  std::size_t replaced = 0;
  for (const Rows& updated : *done) replaced += static_cast<std::size_t>(updated.affected());
  co_return replaced;
}

}  // namespace gatehouse::storage::postgres
