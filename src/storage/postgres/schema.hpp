// The tables of a component, as numbered steps that only go forward. Which of them a database has is kept in
// its table schema_versions; they run in one transaction under a lock, so that of several processes that
// start together one does it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "storage/postgres/connection.hpp"

namespace gatehouse::storage::postgres {

struct Migration {
  int version = 0;       // 1, 2, 3, …
  std::string_view sql;  // several statements; no BEGIN, no COMMIT
};

// Whether the database is brought to the last version, or, by those who only read it, expected to be there.
enum class Upkeep : std::uint8_t { migrate, expect };

struct Schema {
  std::string_view component;  // "orders": several may share a database
  std::span<const Migration> migrations;
  Upkeep upkeep = Upkeep::migrate;
};

// Brings the database to the last version. `unavailable`/"postgres_schema_newer" if it is beyond that: an
// older executable must not write what it does not understand. `unavailable`/"postgres_schema_older" if the
// schema is expected, and is not there.
[[nodiscard]] Awaitable<Result<void>> migrate(Connection& connection, Schema schema, Deadline deadline);

}  // namespace gatehouse::storage::postgres
