// What the configuration needs of the engine that keeps it: everything as of the last change, and one more
// change on top of it. Changes are numbered; of several gateways on one engine, who decided on an older
// number than the last is told so, looks again and decides anew. So uniqueness, references and cascades are
// checked by the gateway (see draft.hpp) and hold for all of them.
//
// Calls may block: they are made on threads of runtime::BlockingPool.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "gateway/store/sealed_row.hpp"

namespace gatehouse::gateway::store {

struct StoredRow {
  std::string type;
  std::string id;
  SealedRow sealed;
};

struct StoredEntities {
  std::int64_t generation = 0;  // the number of the last change; 1 when there was none yet
  std::vector<StoredRow> rows;
  std::set<std::string, std::less<>> done;  // the names of RowChange::once
};

struct RowChange {
  struct Write {
    std::string type;
    std::string id;
    std::optional<SealedRow> row;  // inserted, or in place of the one there; nothing: removed
  };
  std::int64_t base = 0;      // the generation that it was decided on
  std::vector<Write> writes;  // in this order
  std::string once;           // a name to be remembered; empty: none
};

enum class Written : std::uint8_t {
  done,      // durably: the generation is base + 1
  overtaken  // nothing happened: `base` is not the last change any more
};

class EntityRows {
 public:
  virtual ~EntityRows() = default;
  // One state of everything; nothing if `known` is still the last change. Any thread.
  [[nodiscard]] virtual Result<std::optional<StoredEntities>> read(std::int64_t known) = 0;
  // What was read could be opened and is in force: it may be relied upon.
  virtual void accept(const StoredEntities&) {}
  // All or nothing. An error that is safe to retry had no effect; `unavailable`/"postgres_commit_unknown" may
  // have had one.
  [[nodiscard]] virtual Result<Written> write(const RowChange& change) = 0;
};

}  // namespace gatehouse::gateway::store
