// The wrapped data keys of one SQLite table, for rotation.
#pragma once

#include <string>

#include "storage/key_rotation.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::storage::sqlite {

class SqliteWrappedRows final : public WrappedRows {
 public:
  SqliteWrappedRows(AsyncDatabase& database, const WrappedTable& table);

  [[nodiscard]] Awaitable<Result<RowsPerVersion>> count() override;
  [[nodiscard]] Awaitable<Result<std::vector<WrappedRow>>> below(std::uint32_t version, std::string after,
                                                                 std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> replace(std::vector<Rewrapped> rows) override;

 private:
  AsyncDatabase& database_;
  std::string count_;
  std::string below_;
  std::string replace_;
};

}  // namespace gatehouse::storage::sqlite
