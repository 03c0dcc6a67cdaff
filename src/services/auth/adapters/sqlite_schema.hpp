// The tables of the auth service.
#pragma once

#include <array>

#include "services/auth/adapters/person_row.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::auth {

inline constexpr std::array kSchema = {
    storage::sqlite::Migration{1, R"(
CREATE TABLE person (
  realm TEXT NOT NULL,
  id TEXT NOT NULL,
  username TEXT NOT NULL,
  email_index TEXT,            -- blind index of the address
  wrapped_key BLOB NOT NULL,   -- the row's data key: without it the next four are noise
  email BLOB NOT NULL,
  first_name BLOB NOT NULL,
  last_name BLOB NOT NULL,
  password_hash BLOB NOT NULL,
  enabled INTEGER NOT NULL,
  email_verified INTEGER NOT NULL,
  realm_roles TEXT NOT NULL,
  client_roles TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (realm, id)
) STRICT;
CREATE UNIQUE INDEX person_by_username ON person (realm, username);
CREATE UNIQUE INDEX person_by_email ON person (realm, email_index) WHERE email_index IS NOT NULL;

CREATE TABLE role (
  realm TEXT NOT NULL,
  client TEXT NOT NULL,        -- '': a role of the realm
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  PRIMARY KEY (realm, client, name)
) STRICT;

CREATE TABLE attempt (
  realm TEXT NOT NULL,
  account TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last_failure INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  PRIMARY KEY (realm, account)
) STRICT;

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  realm TEXT NOT NULL,
  person_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  fields TEXT NOT NULL         -- JSON: names, never values
) STRICT;
CREATE INDEX audit_by_person ON audit (realm, person_id, sequence);
-- The trail only grows.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TRIGGER audit_is_not_erased BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
)"},
    // wrapped_key is empty from here on: the key of a person lies in the file of the subject keys.
    storage::sqlite::Migration{2, R"(
ALTER TABLE person ADD COLUMN index_version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX audit_of_erasures ON audit (sequence) WHERE action = 'person_erased';
)"},
};

// Before anything is served: migrates; takes over keys that still lie in rows; drops the rows of people who
// were erased (a restored backup brings them back) and destroys their keys (an older copy of the keys does).
// An erasure is remembered in both places: as a tombstone among the keys and in the audit trail.
[[nodiscard]] Result<void> prepare_store(storage::sqlite::Database&, const crypto::SubjectKeys&);

// For those who only read: nothing is made or migrated. Errors: as storage::sqlite::open_source.
[[nodiscard]] Result<storage::sqlite::Database> open_people_source(const std::filesystem::path& file);

}  // namespace gatehouse::auth
