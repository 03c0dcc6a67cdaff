// The tables: see postgres_schema.hpp. Times are microseconds since 1970, as in SQLite. Text is compared byte
// by byte (collation C), whatever the database's language is.
//
// Rows are locked in this order: a code, its session, the families of that session. Whoever adds a
// transaction keeps to it.
#include "auth_server/adapters/postgres_schema.hpp"

#include <array>

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE session (
  id               text   COLLATE "C" PRIMARY KEY,
  realm            text   COLLATE "C" NOT NULL,
  cookie_hash      bytea  NOT NULL UNIQUE,
  person_id        text   NOT NULL,
  authenticated_at bigint NOT NULL,
  created_at       bigint NOT NULL,
  last_seen_at     bigint NOT NULL,
  ended_at         bigint
) WITH (fillfactor = 80);  -- seen again and again: room for the next version in the same page
CREATE INDEX session_age ON session (created_at);

CREATE TABLE single_use (
  realm      text   COLLATE "C" NOT NULL,
  type       text   COLLATE "C" NOT NULL,
  key_hash   bytea  NOT NULL,
  content    text   NOT NULL,
  expires_at bigint NOT NULL,
  spent_at   bigint,
  led_to     text   NOT NULL DEFAULT '',
  PRIMARY KEY (realm, type, key_hash)
);
CREATE INDEX single_use_age ON single_use (expires_at);

CREATE TABLE refresh_family (
  id               text   COLLATE "C" PRIMARY KEY,
  realm            text   COLLATE "C" NOT NULL,
  client_id        text   NOT NULL,
  session_id       text   COLLATE "C" NOT NULL,
  person_id        text   NOT NULL,
  scope            text   NOT NULL,
  authenticated_at bigint NOT NULL,
  created_at       bigint NOT NULL,
  generation       bigint NOT NULL,
  rotated_at       bigint NOT NULL,
  siblings         bigint NOT NULL,
  revoked_at       bigint
) WITH (fillfactor = 80);
CREATE INDEX refresh_family_session ON refresh_family (session_id);
CREATE INDEX refresh_family_age ON refresh_family (created_at);

CREATE TABLE revoked_token (
  realm      text   COLLATE "C" NOT NULL,
  jti        text   COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (realm, jti)
);
CREATE INDEX revoked_token_age ON revoked_token (expires_at);

CREATE TABLE signing_key (
  realm      text   COLLATE "C" NOT NULL,
  kid        text   COLLATE "C" NOT NULL,
  algorithm  text   COLLATE "C" NOT NULL,
  signs_from bigint NOT NULL,
  created_at bigint NOT NULL,
  wrapped    bytea  NOT NULL,
  sealed     bytea  NOT NULL,
  PRIMARY KEY (realm, kid)
);

CREATE TABLE realm_secret (
  realm      text   COLLATE "C" NOT NULL,
  name       text   COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  wrapped    bytea  NOT NULL,
  sealed     bytea  NOT NULL,
  PRIMARY KEY (realm, name)
);
)sql";

constexpr std::string_view kVersion2 = R"sql(
CREATE INDEX session_person ON session (person_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX session_end ON session (ended_at) WHERE ended_at IS NOT NULL;
)sql";

constexpr std::array kMigrations{storage::postgres::Migration{1, kVersion1},
                                 storage::postgres::Migration{2, kVersion2}};

}  // namespace

storage::postgres::Schema auth_server_schema() {
  return {"auth-server", kMigrations};
}

}  // namespace gatehouse::auth_server
