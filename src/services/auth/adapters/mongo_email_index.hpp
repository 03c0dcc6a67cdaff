// Brings the blind index of addresses to the current version of its key, person by person: each under the
// revision that was read, so that nobody's change is lost. A row that has been here is indexed under the
// current version alone.
#pragma once

#include "services/auth/adapters/person_row.hpp"
#include "storage/key_rotation.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::auth {

class MongoEmailIndex final : public storage::Rotatable {
 public:
  MongoEmailIndex(storage::mongo::Client& client, PersonSealer sealer)
      : client_(client), sealer_(std::move(sealer)) {}

  [[nodiscard]] Result<std::uint32_t> current_version() const override;
  // People without an address count as well: they too say for which version they have been looked at.
  [[nodiscard]] Awaitable<Result<storage::RowsPerVersion>> count() override;
  [[nodiscard]] Awaitable<Result<Step>> advance(std::string after, std::size_t limit) override;

 private:
  storage::mongo::Client& client_;
  PersonSealer sealer_;
};

}  // namespace gatehouse::auth
