// A person's row in SQLite: its columns in order, read and put there.
#pragma once

#include "services/auth/adapters/person_row.hpp"
#include "storage/sqlite/sqlite.hpp"

// Part of statements, which are literals.
#define GATEHOUSE_PERSON_COLUMNS                                                                            \
  "realm, id, username, email_index, index_version, email, first_name, last_name, password_hash, enabled, " \
  "email_verified, realm_roles, client_roles, not_before, created_at, updated_at, version"

namespace gatehouse::auth {

// The columns stand side by side, from `first` on.
[[nodiscard]] PersonRow person_row_from(const storage::sqlite::Row& row, int first);
[[nodiscard]] PersonRow read_person_row(const storage::sqlite::Row& row);

// The errors of the statement: `unique_violation` (conflict) among them.
[[nodiscard]] Result<void> insert_person_row(storage::sqlite::Connection& connection, const PersonRow& row);

}  // namespace gatehouse::auth
