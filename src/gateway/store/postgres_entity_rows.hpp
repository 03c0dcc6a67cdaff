// The configuration in PostgreSQL, which any number of gateways on any number of machines share. Each commit
// tells the others (NOTIFY), which look at once.
#pragma once

#include <memory>

#include "gateway/store/entity_rows.hpp"
#include "runtime/calls_from_threads.hpp"
#include "storage/postgres/database.hpp"

namespace gatehouse::gateway::store {

[[nodiscard]] storage::postgres::Schema configuration_schema();

inline constexpr std::string_view kConfigurationChannel = "gateway_configuration";

class PostgresEntityRows final : public EntityRows {
 public:
  // `database` lives on the worker that `calls` reach; both must outlive this.
  PostgresEntityRows(storage::postgres::Database& database, runtime::CallsFromThreads& calls)
      : database_(database), calls_(calls) {}

  // Errors: those of storage::postgres, and of CallsFromThreads::run.
  [[nodiscard]] Result<std::optional<StoredEntities>> read(std::int64_t known) override;
  [[nodiscard]] Result<Written> write(const RowChange& change) override;

 private:
  storage::postgres::Database& database_;
  runtime::CallsFromThreads& calls_;
};

}  // namespace gatehouse::gateway::store
