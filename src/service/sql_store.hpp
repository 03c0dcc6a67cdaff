// The object "store" in the settings of a role that keeps its data in SQLite or in PostgreSQL.
//
//   {"engine": "sqlite", "file": "data/orders.db"}       or the plain text "data/orders.db"
//   {"engine": "postgres", …}                            storage/postgres/options.hpp
#pragma once

#include <filesystem>
#include <functional>
#include <variant>

#include "core/fields.hpp"
#include "core/secret.hpp"
#include "storage/postgres/options.hpp"

namespace gatehouse::service {

struct SqliteSettings {
  std::filesystem::path file;
};
using SqlStoreSettings = std::variant<SqliteSettings, storage::postgres::Options>;

// `embedded` if there is no "store". `invalid_field`, `unknown_field` with the path; the secret's error.
[[nodiscard]] Result<SqlStoreSettings> read_sql_store(Fields& fields, SqliteSettings embedded,
                                                      const storage::postgres::ReadSecret& read_secret);

}  // namespace gatehouse::service
