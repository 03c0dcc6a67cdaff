// The configuration in a file, which the gateways of one machine may share.
#pragma once

#include "gateway/store/entity_rows.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::gateway::store {

class SqliteEntityRows final : public EntityRows {
 public:
  // Errors: those of sqlite::migrate.
  [[nodiscard]] static Result<std::unique_ptr<SqliteEntityRows>> open(storage::sqlite::Database database);

  [[nodiscard]] Result<std::optional<StoredEntities>> read(std::int64_t known) override;
  [[nodiscard]] Result<Written> write(const RowChange& change) override;
  // All that there is, and its generation, in place of what was there.
  [[nodiscard]] Result<void> replace(const StoredEntities& stored);

 private:
  explicit SqliteEntityRows(storage::sqlite::Database database) : database_(std::move(database)) {}

  storage::sqlite::Database database_;
};

}  // namespace gatehouse::gateway::store
