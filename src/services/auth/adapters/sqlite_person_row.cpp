#include "services/auth/adapters/sqlite_person_row.hpp"

namespace gatehouse::auth {

namespace sqlite = storage::sqlite;

PersonRow person_row_from(const sqlite::Row& row, int first) {
  return {.realm = row.text(first),
          .id = row.text(first + 1),
          .username = row.text(first + 2),
          .email_index = row.maybe_text(first + 3),
          .index_version = static_cast<std::uint32_t>(row.integer(first + 4)),
          .email = row.text(first + 5),
          .first_name = row.text(first + 6),
          .last_name = row.text(first + 7),
          .password_hash = row.text(first + 8),
          .enabled = row.flag(first + 9),
          .email_verified = row.flag(first + 10),
          .realm_roles = row.text(first + 11),
          .client_roles = row.text(first + 12),
          .not_before = row.integer(first + 13),
          .created_at = row.time(first + 14),
          .updated_at = row.time(first + 15),
          .version = row.integer(first + 16)};
}

PersonRow read_person_row(const sqlite::Row& row) {
  return person_row_from(row, 0);
}

Result<void> insert_person_row(sqlite::Connection& connection, const PersonRow& row) {
  const auto inserted =
      connection.run("INSERT INTO person (" GATEHOUSE_PERSON_COLUMNS
                     ", wrapped_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'')",
                     row.realm, row.id, row.username, row.email_index, row.index_version,
                     sqlite::Blob{row.email}, sqlite::Blob{row.first_name}, sqlite::Blob{row.last_name},
                     sqlite::Blob{row.password_hash}, row.enabled, row.email_verified, row.realm_roles,
                     row.client_roles, row.not_before, row.created_at, row.updated_at, row.version);
  if (!inserted) return fail(inserted);
  return {};
}

}  // namespace gatehouse::auth
