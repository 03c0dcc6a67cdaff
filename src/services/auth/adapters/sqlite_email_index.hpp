// Brings the blind index of addresses to the current version of its key, person by person.
#pragma once

#include "services/auth/adapters/person_row.hpp"
#include "storage/key_rotation.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth {

class SqliteEmailIndex final : public storage::Rotatable {
 public:
  SqliteEmailIndex(storage::sqlite::AsyncDatabase& database, PersonSealer sealer)
      : database_(database), sealer_(std::move(sealer)) {}

  [[nodiscard]] Result<std::uint32_t> current_version() const override;
  [[nodiscard]] Awaitable<Result<storage::RowsPerVersion>> count() override;
  [[nodiscard]] Awaitable<Result<Step>> advance(std::string after, std::size_t limit) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
  PersonSealer sealer_;
};

}  // namespace gatehouse::auth
