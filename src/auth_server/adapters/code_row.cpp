#include "auth_server/adapters/code_row.hpp"

#include "core/fields.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kTextBytesMax = 8192;

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

Result<AuthorizationCode> code_of(std::string_view content) {
  const auto object = core::parse_json_object(content);
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
  return code;
}

}  // namespace gatehouse::auth_server
