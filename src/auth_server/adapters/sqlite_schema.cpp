#include "auth_server/adapters/sqlite_schema.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr storage::sqlite::Migration kSchema[] = {
    {1, R"sql(
CREATE TABLE session (
  id               TEXT PRIMARY KEY,
  realm            TEXT NOT NULL,
  cookie_hash      BLOB NOT NULL UNIQUE,
  person_id        TEXT NOT NULL,
  authenticated_at INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  last_seen_at     INTEGER NOT NULL,
  ended_at         INTEGER
) STRICT;
CREATE INDEX session_age ON session (created_at);

CREATE TABLE single_use (
  realm      TEXT NOT NULL,
  type       TEXT NOT NULL,
  key_hash   BLOB NOT NULL,
  content    TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  spent_at   INTEGER,
  led_to     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (realm, type, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX single_use_age ON single_use (expires_at);

CREATE TABLE refresh_family (
  id               TEXT PRIMARY KEY,
  realm            TEXT NOT NULL,
  client_id        TEXT NOT NULL,
  session_id       TEXT NOT NULL,
  person_id        TEXT NOT NULL,
  scope            TEXT NOT NULL,
  authenticated_at INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  generation       INTEGER NOT NULL,
  rotated_at       INTEGER NOT NULL,
  siblings         INTEGER NOT NULL,
  revoked_at       INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_family_session ON refresh_family (session_id);
CREATE INDEX refresh_family_age ON refresh_family (created_at);

CREATE TABLE revoked_token (
  realm      TEXT NOT NULL,
  jti        TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (realm, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_token_age ON revoked_token (expires_at);

CREATE TABLE signing_key (
  realm      TEXT NOT NULL,
  kid        TEXT NOT NULL,
  algorithm  TEXT NOT NULL,
  signs_from INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  wrapped    BLOB NOT NULL,
  sealed     BLOB NOT NULL,
  PRIMARY KEY (realm, kid)
) STRICT, WITHOUT ROWID;

CREATE TABLE realm_secret (
  realm      TEXT NOT NULL,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  wrapped    BLOB NOT NULL,
  sealed     BLOB NOT NULL,
  PRIMARY KEY (realm, name)
) STRICT, WITHOUT ROWID;
)sql"},
    {2, R"sql(
CREATE INDEX session_person ON session (person_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX session_end ON session (ended_at) WHERE ended_at IS NOT NULL;
)sql"},
};

}  // namespace

Result<storage::sqlite::Database> open_auth_server_database(const std::filesystem::path& file) {
  auto database = storage::sqlite::Database::open(file.string());
  if (!database) return database;
  if (auto migrated = storage::sqlite::migrate(*database, kSchema); !migrated) return fail(migrated);
  return database;
}

}  // namespace gatehouse::auth_server
