// Sessions, codes and families as rows of PostgreSQL: statements that several transactions need, and readers
// of what they give back. In each table the columns are those of the reader, first to last.
#pragma once

#include <optional>
#include <string>

#include "auth_server/adapters/code_row.hpp"
#include "auth_server/ports/session_store.hpp"
#include "auth_server/sessions/refresh_family.hpp"
#include "auth_server/sessions/session.hpp"
#include "core/result.hpp"
#include "storage/postgres/statement.hpp"

namespace gatehouse::auth_server::postgres_rows {

using storage::postgres::Batch;
using storage::postgres::Rows;

// Each reads the only row that a statement by key can give; nothing if there is none.
[[nodiscard]] std::optional<Session> read_session(const Rows& rows);
[[nodiscard]] std::vector<OpenSession> read_open_sessions(const Rows& rows);
[[nodiscard]] std::optional<RefreshFamily> read_family(const Rows& rows);
[[nodiscard]] Result<std::optional<AuthorizationCode>> read_code(const Rows& rows);  // `bad_code_row`

void add_session_query(Batch& batch, const std::string& realm, const std::string& id);
void add_seen(Batch& batch, const std::string& realm, const std::string& id, core::SystemTime now);

void add_code_query(Batch& batch, const CodeName& name);
// Locked until the transaction ends.
void add_locked_code(Batch& batch, const CodeName& name);
void add_locked_session(Batch& batch, const std::string& realm, const std::string& id);
void add_spent(Batch& batch, const CodeName& name, const std::string& family_id, core::SystemTime now);

void add_family_query(Batch& batch, const std::string& realm, const std::string& id);
// The session of the family, then the family, locked until the transaction ends.
void add_locked_family(Batch& batch, const std::string& realm, const std::string& id);
void add_new_family(Batch& batch, const RefreshFamily& family);
void add_family_change(Batch& batch, const RefreshFamily& family);
void add_family_end(Batch& batch, const std::string& realm, const std::string& id, core::SystemTime now);

}  // namespace gatehouse::auth_server::postgres_rows
