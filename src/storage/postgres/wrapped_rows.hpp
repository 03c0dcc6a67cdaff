// The wrapped data keys of one PostgreSQL table, for rotation. No index and no long statement: the table is
// walked along its ids, a page a statement, with a pause between two, beside whatever else the server does.
#pragma once

#include <chrono>
#include <string>

#include "storage/key_rotation.hpp"
#include "storage/postgres/database.hpp"

namespace gatehouse::storage::postgres {

struct WalkPace {
  std::size_t page_rows = 1'000;
  std::chrono::milliseconds pause{5};  // between pages
};

class PostgresWrappedRows final : public WrappedRows {
 public:
  // `database` must outlive it. Errors: those of Database::run.
  PostgresWrappedRows(Database& database, const WrappedTable& table, WalkPace pace = {});

  [[nodiscard]] Awaitable<Result<RowsPerVersion>> count() override;
  [[nodiscard]] Awaitable<Result<std::vector<WrappedRow>>> below(std::uint32_t version, std::string after,
                                                                 std::size_t limit) override;
  // In one transaction.
  [[nodiscard]] Awaitable<Result<std::size_t>> replace(std::vector<Rewrapped> rows) override;

 private:
  Database& database_;
  WalkPace pace_;
  // Connections remember statements by their text, so that lives as long as this.
  std::string count_;
  std::string below_;
  std::string replace_;
};

}  // namespace gatehouse::storage::postgres
