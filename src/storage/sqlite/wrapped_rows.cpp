#include "storage/sqlite/wrapped_rows.hpp"

#include <fmt/format.h>

namespace gatehouse::storage::sqlite {

SqliteWrappedRows::SqliteWrappedRows(AsyncDatabase& database, const WrappedTable& table)
    : database_(database),
      count_(fmt::format("SELECT substr({1}, 4, 4), count(*) FROM {0} WHERE length({1}) > 0 GROUP BY 1",
                         table.table, table.wrapped)),
      below_(
          fmt::format("SELECT {1}, {2} FROM {0} WHERE {1} > ? AND length({2}) > 0 AND substr({2}, 4, 4) < ?"
                      " ORDER BY {1} LIMIT ?",
                      table.table, table.id, table.wrapped)),
      replace_(fmt::format("UPDATE {0} SET {2} = ? WHERE {1} = ? AND {2} = ?", table.table, table.id,
                           table.wrapped)) {}

Awaitable<Result<RowsPerVersion>> SqliteWrappedRows::count() {
  auto work = [this](Connection& connection) -> Result<RowsPerVersion> {
    const auto read = [](const Row& row) {
      return std::pair{version_of_bytes(row.text(0)), static_cast<std::uint64_t>(row.integer(1))};
    };
    const auto counted = connection.all(count_, read);
    if (!counted) return fail(counted);
    return RowsPerVersion{counted->begin(), counted->end()};
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::vector<WrappedRow>>> SqliteWrappedRows::below(std::uint32_t version, std::string after,
                                                                    std::size_t limit) {
  auto work = [this, version, after, limit](Connection& connection) {
    const std::string bytes = bytes_of_version(version);
    const auto read = [](const Row& row) { return WrappedRow{row.text(0), row.text(1)}; };
    return connection.all(below_, read, after, Blob{bytes}, limit);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::size_t>> SqliteWrappedRows::replace(std::vector<Rewrapped> rows) {
  auto work = [this, rows = std::move(rows)](Connection& connection) -> Result<std::size_t> {
    std::size_t replaced = 0;
    for (const Rewrapped& row : rows) {
      const auto changed = connection.run(replace_, Blob{row.fresh}, row.id, Blob{row.known});
      if (!changed) return fail(changed);
      replaced += static_cast<std::size_t>(*changed);
    }
    return replaced;
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace gatehouse::storage::sqlite
