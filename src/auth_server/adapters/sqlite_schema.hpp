// The auth server's tables in SQLite. Secrets (cookies, codes) are stored as SHA-256 only, private keys
// sealed.
#pragma once

#include <filesystem>

#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::auth_server {

// Opens the file and brings it to the last version of the schema.
[[nodiscard]] Result<storage::sqlite::Database> open_auth_server_database(const std::filesystem::path& file);

}  // namespace gatehouse::auth_server
