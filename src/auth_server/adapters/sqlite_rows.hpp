// Sessions, codes and families as rows of SQLite, for the transactions of the stores.
#pragma once

#include <optional>
#include <string>

#include "auth_server/adapters/code_row.hpp"
#include "auth_server/ports/session_store.hpp"
#include "auth_server/sessions/refresh_family.hpp"
#include "auth_server/sessions/session.hpp"
#include "core/result.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::auth_server::sqlite_rows {

using storage::sqlite::Connection;

[[nodiscard]] Result<std::optional<Session>> find_session(Connection&, const std::string& realm,
                                                          const std::string& id);
[[nodiscard]] Result<std::optional<Session>> find_session_by_cookie(Connection&, const std::string& realm,
                                                                    const std::string& cookie_hash);
[[nodiscard]] Result<std::vector<OpenSession>> open_sessions(Connection&, const std::string& realm,
                                                             const std::string& person_id);
[[nodiscard]] Result<void> mark_seen(Connection&, const std::string& realm, const std::string& id,
                                     core::SystemTime now);

[[nodiscard]] Result<void> insert_code(Connection&, const CodeName&, const AuthorizationCode&);
[[nodiscard]] Result<std::optional<AuthorizationCode>> find_code(Connection&, const CodeName&);
[[nodiscard]] Result<void> spend_code(Connection&, const CodeName&, const std::string& family_id,
                                      core::SystemTime now);

[[nodiscard]] Result<std::optional<RefreshFamily>> find_family(Connection&, const std::string& realm,
                                                               const std::string& id);
[[nodiscard]] Result<void> insert_family(Connection&, const RefreshFamily& family);
[[nodiscard]] Result<void> save_family(Connection&, const RefreshFamily& family);
[[nodiscard]] Result<void> revoke_family(Connection&, const std::string& realm, const std::string& id,
                                         core::SystemTime now);

}  // namespace gatehouse::auth_server::sqlite_rows
