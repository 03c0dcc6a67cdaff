// Which engine keeps people, roles and attempts: the "store" of the settings.
//
//   "store": "data/auth.db"                                    SQLite, the default: <data_dir>/store.db
//   "store": {"engine": "sqlite", "file": "data/auth.db"}
//   "store": {"engine": "mongodb", …}                          see storage/mongo/options.hpp
//
// and, with MongoDB, where the keys of people lie: without it in secrets/subject_keys.db, which is one
// machine's.
//   "subject_keys": {"engine": "mongodb", "database": "auth_keys", …}
#pragma once

#include <filesystem>
#include <optional>
#include <variant>

#include "core/fields.hpp"
#include "service/config.hpp"
#include "storage/mongo/options.hpp"

namespace gatehouse::auth {

struct SqliteSettings {
  std::filesystem::path file;
};

using StoreSettings = std::variant<SqliteSettings, storage::mongo::Options>;

// `invalid_field`, `unknown_field` with the path, `secret_missing`.
[[nodiscard]] Result<StoreSettings> store_settings_of(Fields& fields, const service::Config& config);
// Also refused: the database of the people themselves, whose backups would carry the keys along.
[[nodiscard]] Result<std::optional<storage::mongo::Options>> key_settings_of(Fields& fields,
                                                                             const service::Config& config,
                                                                             const StoreSettings& store);

}  // namespace gatehouse::auth
