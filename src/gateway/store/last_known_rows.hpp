// The rows of a server, and beside them a sealed copy of what was last put into force: a gateway that starts
// while the server is away serves what it served before. A copy never takes a change.
#pragma once

#include <memory>

#include "gateway/store/sqlite_entity_rows.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::gateway::store {

class LastKnownRows final : public EntityRows {
 public:
  // Until `server_may_come` is over only the server is asked.
  LastKnownRows(std::unique_ptr<EntityRows> rows, std::unique_ptr<SqliteEntityRows> copy,
                Deadline server_may_come)
      : rows_(std::move(rows)), copy_(std::move(copy)), server_may_come_(server_may_come) {}

  // Those of the copy have a generation below 0: whatever the server has then counts as new.
  [[nodiscard]] Result<std::optional<StoredEntities>> read(std::int64_t known) override;
  // Only now: what this gateway cannot open must not replace what it could serve.
  void accept(const StoredEntities& stored) override;
  [[nodiscard]] Result<Written> write(const RowChange& change) override;

 private:
  [[nodiscard]] Result<std::optional<StoredEntities>> read_copy(Error why);
  void keep(const StoredEntities& stored);

  std::unique_ptr<EntityRows> rows_;
  std::unique_ptr<SqliteEntityRows> copy_;
  Deadline server_may_come_;
  bool is_behind_ = false;  // the copy
};

}  // namespace gatehouse::gateway::store
