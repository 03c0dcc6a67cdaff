#include "auth_server/adapters/sqlite_rows.hpp"

namespace gatehouse::auth_server::sqlite_rows {

using storage::sqlite::Blob;
using storage::sqlite::Row;

namespace {

Session session_of(const Row& row) {
  return Session{.id = row.text(0),
                 .realm = row.text(1),
                 .person_id = row.text(2),
                 .authenticated_at = row.time(3),
                 .created_at = row.time(4),
                 .last_seen_at = row.time(5),
                 .ended_at = row.maybe_time(6)};
}

Result<AuthorizationCode> code_in(const Row& row) {
  auto code = code_of(row.text(0));
  if (!code) return code;
  code->expires_at = row.time(1);
  code->spent_at = row.maybe_time(2);
  code->family_id = row.text(3);
  return code;
}

RefreshFamily family_of(const Row& row) {
  RefreshFamily family;
  family.id = row.text(0);
  family.realm = row.text(1);
  family.client_id = row.text(2);
  family.session_id = row.text(3);
  family.person_id = row.text(4);
  family.scope = row.text(5);
  family.authenticated_at = row.time(6);
  family.created_at = row.time(7);
  family.generation = static_cast<std::uint32_t>(row.integer(8));
  family.rotated_at = row.time(9);
  family.siblings = static_cast<std::uint32_t>(row.integer(10));
  family.revoked_at = row.maybe_time(11);
  return family;
}

}  // namespace

Result<std::optional<Session>> find_session(Connection& connection, const std::string& realm,
                                            const std::string& id) {
  return connection.one(
      "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at FROM session "
      "WHERE id = ? AND realm = ?",
      session_of, id, realm);
}

Result<std::optional<Session>> find_session_by_cookie(Connection& connection, const std::string& realm,
                                                      const std::string& cookie_hash) {
  return connection.one(
      "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at FROM session "
      "WHERE cookie_hash = ? AND realm = ?",
      session_of, Blob{cookie_hash}, realm);
}

Result<std::vector<OpenSession>> open_sessions(Connection& connection, const std::string& realm,
                                               const std::string& person_id) {
  const auto session_at = [](const Row& row) { return OpenSession{session_of(row), {}}; };
  auto sessions = connection.all(
      "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at FROM session "
      "WHERE person_id = ? AND realm = ? AND ended_at IS NULL ORDER BY created_at DESC, id LIMIT ?",
      session_at, person_id, realm, static_cast<std::int64_t>(kOpenSessionsMax));
  if (!sessions) return sessions;
  const auto client_at = [](const Row& row) { return row.text(0); };
  for (OpenSession& open : *sessions) {
    auto clients = connection.all(
        "SELECT DISTINCT client_id FROM refresh_family WHERE session_id = ? AND realm = ? "
        "AND revoked_at IS NULL ORDER BY client_id",
        client_at, open.session.id, realm);
    if (!clients) return fail(clients);
    open.client_ids = *std::move(clients);
  }
  return sessions;
}

Result<void> mark_seen(Connection& connection, const std::string& realm, const std::string& id,
                       core::SystemTime now) {
  auto seen = connection.run(
      "UPDATE session SET last_seen_at = max(last_seen_at, ?) WHERE id = ? AND realm = ? AND ended_at IS "
      "NULL",
      now, id, realm);
  if (!seen) return fail(seen);
  return {};
}

Result<void> insert_code(Connection& connection, const CodeName& name, const AuthorizationCode& code) {
  auto added = connection.run(
      "INSERT INTO single_use (realm, type, key_hash, content, expires_at) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO NOTHING",
      name.realm, kCodeType, Blob{name.hash}, content_of(code), code.expires_at);
  if (!added) return fail(added);
  return {};
}

Result<std::optional<AuthorizationCode>> find_code(Connection& connection, const CodeName& name) {
  return connection.one(
      "SELECT content, expires_at, spent_at, led_to FROM single_use WHERE realm = ? AND type = ? AND "
      "key_hash = ?",
      code_in, name.realm, kCodeType, Blob{name.hash});
}

Result<void> spend_code(Connection& connection, const CodeName& name, const std::string& family_id,
                        core::SystemTime now) {
  auto changed = connection.run(
      "UPDATE single_use SET spent_at = ?, led_to = ? WHERE realm = ? AND type = ? AND key_hash = ?", now,
      family_id, name.realm, kCodeType, Blob{name.hash});
  if (!changed) return fail(changed);
  return {};
}

Result<std::optional<RefreshFamily>> find_family(Connection& connection, const std::string& realm,
                                                 const std::string& id) {
  return connection.one(
      "SELECT id, realm, client_id, session_id, person_id, scope, authenticated_at, created_at, generation, "
      "rotated_at, siblings, revoked_at FROM refresh_family WHERE id = ? AND realm = ?",
      family_of, id, realm);
}

Result<void> insert_family(Connection& connection, const RefreshFamily& family) {
  auto added = connection.run(
      "INSERT INTO refresh_family (id, realm, client_id, session_id, person_id, scope, authenticated_at, "
      "created_at, generation, rotated_at, siblings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      family.id, family.realm, family.client_id, family.session_id, family.person_id, family.scope,
      family.authenticated_at, family.created_at, family.generation, family.rotated_at, family.siblings);
  if (!added) return fail(added);
  return {};
}

Result<void> save_family(Connection& connection, const RefreshFamily& family) {
  auto saved = connection.run(
      "UPDATE refresh_family SET generation = ?, rotated_at = ?, siblings = ?, revoked_at = ? WHERE id = ? "
      "AND realm = ?",
      family.generation, family.rotated_at, family.siblings, family.revoked_at, family.id, family.realm);
  if (!saved) return fail(saved);
  return {};
}

Result<void> revoke_family(Connection& connection, const std::string& realm, const std::string& id,
                           core::SystemTime now) {
  auto revoked = connection.run(
      "UPDATE refresh_family SET revoked_at = ? WHERE id = ? AND realm = ? AND revoked_at IS NULL", now, id,
      realm);
  if (!revoked) return fail(revoked);
  return {};
}

}  // namespace gatehouse::auth_server::sqlite_rows
