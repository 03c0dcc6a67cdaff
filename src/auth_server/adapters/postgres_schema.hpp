// The auth server's tables in PostgreSQL. Secrets (cookies, codes) are stored as SHA-256 only, private keys
// sealed.
#pragma once

#include "storage/postgres/schema.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] storage::postgres::Schema auth_server_schema();

}  // namespace gatehouse::auth_server
