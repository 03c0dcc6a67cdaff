#include "auth_server/sessions/grant_rows.hpp"

#include "core/fields.hpp"

namespace gatehouse::auth_server {

using storage::sqlite::Connection;
using storage::sqlite::Row;

namespace {

constexpr std::size_t kTextBytesMax = 8192;

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

std::string content_of(const AuthorizationCode& code) {
  return json::serialize(json::object{{"realm", code.realm},
                                      {"client_id", code.client_id},
                                      {"redirect_uri", code.redirect_uri},
                                      {"code_challenge", code.code_challenge},
                                      {"session_id", code.session_id},
                                      {"person_id", code.person_id},
                                      {"scope", code.scope},
                                      {"nonce", code.nonce},
                                      {"authenticated_at", core::unix_micros(code.authenticated_at)}});
}

Result<AuthorizationCode> code_of(const SingleUse& row) {
  const auto object = core::parse_json_object(row.content);
  if (!object) return fail(ErrorKind::internal, "bad_code_row", object.error().detail);
  Fields fields{*object};
  const core::TextLimits limits{.bytes_min = 0, .bytes_max = kTextBytesMax};
  AuthorizationCode code;
  code.realm = fields.required_text("realm", limits);
  code.client_id = fields.required_text("client_id", limits);
  code.redirect_uri = fields.required_text("redirect_uri", limits);
  code.code_challenge = fields.required_text("code_challenge", limits);
  code.session_id = fields.required_text("session_id", limits);
  code.person_id = fields.required_text("person_id", limits);
  code.scope = fields.required_text("scope", limits);
  code.nonce = fields.required_text("nonce", limits);
  code.authenticated_at = core::from_unix_micros(fields.required_int("authenticated_at", {}));
  if (auto complete = fields.finish(); !complete) {
    return fail(ErrorKind::internal, "bad_code_row", complete.error().detail);
  }
  code.expires_at = row.expires_at;
  code.spent_at = row.spent_at;
  code.family_id = row.led_to;
  return code;
}

Result<std::optional<RefreshFamily>> load_family(Connection& connection, const std::string& realm,
                                                 const std::string& id) {
  return connection.one(
      "SELECT id, realm, client_id, session_id, person_id, scope, authenticated_at, created_at, generation, "
      "rotated_at, "
      "siblings, revoked_at FROM refresh_family WHERE id = ? AND realm = ?",
      family_of, id, realm);
}

Result<void> insert_family(Connection& connection, const RefreshFamily& family) {
  auto added = connection.run(
      "INSERT INTO refresh_family (id, realm, client_id, session_id, person_id, scope, authenticated_at, "
      "created_at, "
      "generation, rotated_at, siblings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

Result<void> revoke_family_row(Connection& connection, const std::string& realm, const std::string& id,
                               core::SystemTime now) {
  auto revoked = connection.run(
      "UPDATE refresh_family SET revoked_at = ? WHERE id = ? AND realm = ? AND revoked_at IS NULL", now, id,
      realm);
  if (!revoked) return fail(revoked);
  return {};
}

}  // namespace gatehouse::auth_server
