// A copy of a database that is in use: one state of it, without the pages that it has freed. Blocks; writers
// go on meanwhile (VACUUM INTO holds a read snapshot).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/result.hpp"

namespace gatehouse::storage::sqlite {

struct DatabaseFacts {
  std::int64_t schema = 0;                   // PRAGMA user_version
  std::map<std::string, std::int64_t> rows;  // by table

  friend bool operator==(const DatabaseFacts&, const DatabaseFacts&) = default;
};

// `to` must not exist; it is the owner's alone, and on the disk when this returns. Errors as
// sqlite::error_of.
[[nodiscard]] Result<DatabaseFacts> copy_online(const std::string& from, const std::string& to);
// Checks the file as a whole first: `internal`/"database_corrupt".
[[nodiscard]] Result<DatabaseFacts> facts_of(const std::string& file);

}  // namespace gatehouse::storage::sqlite
