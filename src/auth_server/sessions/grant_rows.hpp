// Codes and families as rows: the SQL and the JSON of GrantStore's transactions.
#pragma once

#include <optional>
#include <string>

#include "auth_server/sessions/authorization_code.hpp"
#include "auth_server/sessions/refresh_family.hpp"
#include "auth_server/sessions/single_use.hpp"
#include "core/result.hpp"
#include "storage/sqlite.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] std::string content_of(const AuthorizationCode&);
[[nodiscard]] Result<AuthorizationCode> code_of(const SingleUse&);

[[nodiscard]] Result<std::optional<RefreshFamily>> load_family(storage::sqlite::Connection&,
                                                               const std::string& realm,
                                                               const std::string& id);
[[nodiscard]] Result<void> insert_family(storage::sqlite::Connection&, const RefreshFamily&);
[[nodiscard]] Result<void> save_family(storage::sqlite::Connection&, const RefreshFamily&);
[[nodiscard]] Result<void> revoke_family_row(storage::sqlite::Connection&, const std::string& realm,
                                             const std::string& id, core::SystemTime now);

}  // namespace gatehouse::auth_server
