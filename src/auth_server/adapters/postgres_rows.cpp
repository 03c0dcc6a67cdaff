#include "auth_server/adapters/postgres_rows.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::auth_server::postgres_rows {

using storage::postgres::Bytes;

namespace {

constexpr std::string_view kSession =
    "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at FROM session "
    "WHERE realm = $1 AND id = ";
constexpr std::string_view kCode =
    "SELECT content, expires_at, spent_at, led_to FROM single_use "
    "WHERE realm = $1 AND type = $2 AND key_hash = $3";
constexpr std::string_view kFamily =
    "SELECT id, realm, client_id, session_id, person_id, scope, authenticated_at, created_at, generation, "
    "rotated_at, siblings, revoked_at FROM refresh_family WHERE realm = $1 AND id = $2";
constexpr std::string_view kLock = " FOR NO KEY UPDATE";

std::optional<core::SystemTime> maybe_time(const Rows& rows, int column, std::size_t row = 0) {
  if (rows.is_null(row, column)) return std::nullopt;
  return rows.time(row, column);
}

Session session_at(const Rows& rows, std::size_t row) {
  return {.id = rows.text(row, 0),
          .realm = rows.text(row, 1),
          .person_id = rows.text(row, 2),
          .authenticated_at = rows.time(row, 3),
          .created_at = rows.time(row, 4),
          .last_seen_at = rows.time(row, 5),
          .ended_at = maybe_time(rows, 6, row)};
}

}  // namespace

std::optional<Session> read_session(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return session_at(rows, 0);
}

// The eighth column has the clients, parted by a character that no client id has (U+001F).
std::vector<OpenSession> read_open_sessions(const Rows& rows) {
  std::vector<OpenSession> sessions;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    OpenSession& open = sessions.emplace_back(OpenSession{session_at(rows, row), {}});
    if (rows.is_null(row, 7)) continue;
    for (const std::string_view client : core::split(rows.view(row, 7), '\x1f'))
      open.client_ids.emplace_back(client);
  }
  return sessions;
}

std::optional<RefreshFamily> read_family(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  RefreshFamily family;
  family.id = rows.text(0, 0);
  family.realm = rows.text(0, 1);
  family.client_id = rows.text(0, 2);
  family.session_id = rows.text(0, 3);
  family.person_id = rows.text(0, 4);
  family.scope = rows.text(0, 5);
  family.authenticated_at = rows.time(0, 6);
  family.created_at = rows.time(0, 7);
  family.generation = static_cast<std::uint32_t>(rows.integer(0, 8));
  family.rotated_at = rows.time(0, 9);
  family.siblings = static_cast<std::uint32_t>(rows.integer(0, 10));
  family.revoked_at = maybe_time(rows, 11);
  return family;
}

Result<std::optional<AuthorizationCode>> read_code(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  auto code = code_of(rows.view(0, 0));
  if (!code) return fail(code);
  code->expires_at = rows.time(0, 1);
  code->spent_at = maybe_time(rows, 2);
  code->family_id = rows.text(0, 3);
  return *std::move(code);
}

void add_session_query(Batch& batch, const std::string& realm, const std::string& id) {
  static const std::string sql = fmt::format("{} $2", kSession);
  batch.add(sql, realm, id);
}

void add_seen(Batch& batch, const std::string& realm, const std::string& id, core::SystemTime now) {
  batch.add(
      "UPDATE session SET last_seen_at = greatest(last_seen_at, $3) "
      "WHERE realm = $1 AND id = $2 AND ended_at IS NULL",
      realm, id, now);
}

void add_code_query(Batch& batch, const CodeName& name) {
  batch.add(kCode, name.realm, kCodeType, Bytes{name.hash});
}

void add_locked_code(Batch& batch, const CodeName& name) {
  static const std::string sql = fmt::format("{}{}", kCode, kLock);
  batch.add(sql, name.realm, kCodeType, Bytes{name.hash});
}

void add_locked_session(Batch& batch, const std::string& realm, const std::string& id) {
  static const std::string sql = fmt::format("{} $2{}", kSession, kLock);
  batch.add(sql, realm, id);
}

void add_spent(Batch& batch, const CodeName& name, const std::string& family_id, core::SystemTime now) {
  batch.add(
      "UPDATE single_use SET spent_at = $4, led_to = $5 WHERE realm = $1 AND type = $2 AND key_hash = $3",
      name.realm, kCodeType, Bytes{name.hash}, now, family_id);
}

void add_family_query(Batch& batch, const std::string& realm, const std::string& id) {
  batch.add(kFamily, realm, id);
}

void add_locked_family(Batch& batch, const std::string& realm, const std::string& id) {
  static const std::string session = fmt::format(
      "{} (SELECT session_id FROM refresh_family WHERE realm = $1 AND id = $2){}", kSession, kLock);
  static const std::string family = fmt::format("{}{}", kFamily, kLock);
  batch.add(session, realm, id);
  batch.add(family, realm, id);
}

void add_new_family(Batch& batch, const RefreshFamily& family) {
  batch.add(
      "INSERT INTO refresh_family (id, realm, client_id, session_id, person_id, scope, authenticated_at, "
      "created_at, generation, rotated_at, siblings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      family.id, family.realm, family.client_id, family.session_id, family.person_id, family.scope,
      family.authenticated_at, family.created_at, family.generation, family.rotated_at, family.siblings);
}

void add_family_change(Batch& batch, const RefreshFamily& family) {
  batch.add(
      "UPDATE refresh_family SET generation = $3, rotated_at = $4, siblings = $5, revoked_at = $6 "
      "WHERE realm = $1 AND id = $2",
      family.realm, family.id, family.generation, family.rotated_at, family.siblings, family.revoked_at);
}

void add_family_end(Batch& batch, const std::string& realm, const std::string& id, core::SystemTime now) {
  batch.add("UPDATE refresh_family SET revoked_at = $3 WHERE realm = $1 AND id = $2 AND revoked_at IS NULL",
            realm, id, now);
}

}  // namespace gatehouse::auth_server::postgres_rows
