// The auth server's tables. Secrets (cookies, codes) are stored as SHA-256 only, private keys sealed.
#pragma once

#include <span>

#include "storage/sqlite.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] std::span<const storage::sqlite::Migration> schema();

}  // namespace gatehouse::auth_server
