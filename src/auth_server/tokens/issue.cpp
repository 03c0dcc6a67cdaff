#include "auth_server/tokens/issue.hpp"

#include "auth_server/clients/scopes.hpp"
#include "auth_server/tokens/read.hpp"
#include "core/encoding.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

std::int64_t seconds_until(core::SystemTime then, core::SystemTime now) {
  return std::max<std::int64_t>(0, core::unix_seconds(then) - core::unix_seconds(now));
}

Result<std::string> sign_access_token(const RealmKeys& keys, const TokenContext& context,
                                      const json::object& claims) {
  const auto key = keys.signing_key(context.client.access_token_algorithm, context.now);
  if (!key) return fail(key);
  return crypto::sign_jwt(*key, claims, context.client.access_token_header_typ);
}

std::int64_t not_before_policy(const TokenContext& context) {
  return std::max(context.realm.not_before, context.client.not_before);
}

}  // namespace

Result<json::object> issue_login_tokens(const RealmKeys& keys, const TokenContext& context,
                                        const Person& person, const Login& login,
                                        core::SystemTime refresh_expires_at) {
  auto access_token = sign_access_token(keys, context, access_claims(context, person, login));
  if (!access_token) return fail(access_token);
  json::object answer;
  answer["access_token"] = *access_token;
  answer["expires_in"] = seconds_until(access_expiry(context, login), context.now);
  answer["refresh_expires_in"] = seconds_until(refresh_expires_at, context.now);
  answer["refresh_token"] =
      sign_refresh_token(keys, refresh_claims(context, person, login, refresh_expires_at));
  answer["token_type"] = "Bearer";
  if (login.scopes.contains("openid")) {
    const auto key = keys.signing_key(context.client.id_token_algorithm, context.now);
    if (!key) return fail(key);
    auto id_token = crypto::sign_jwt(*key, id_claims(context, person, login, *access_token), "JWT");
    if (!id_token) return fail(id_token);
    answer["id_token"] = *std::move(id_token);
  }
  answer["not-before-policy"] = not_before_policy(context);
  answer["session_state"] = login.session_id;
  answer["scope"] = to_text(login.scopes);
  return answer;
}

Result<json::object> issue_service_token(const RealmKeys& keys, const TokenContext& context,
                                         const Names& scopes) {
  auto access_token = sign_access_token(keys, context, service_claims(context, scopes));
  if (!access_token) return fail(access_token);
  json::object answer;
  answer["access_token"] = *std::move(access_token);
  answer["expires_in"] = seconds_until(service_expiry(context), context.now);
  answer["refresh_expires_in"] = 0;
  answer["token_type"] = "Bearer";
  answer["not-before-policy"] = not_before_policy(context);
  answer["scope"] = to_text(scopes);
  return answer;
}

std::string sign_refresh_token(const RealmKeys& keys, const json::object& claims) {
  constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";
  std::string token = core::to_base64url(header) + "." + core::to_base64url(json::serialize(claims));
  const Secret key = keys.derived(kRefreshTokenPurpose);
  const std::string mac = crypto::hmac_sha256(key.reveal(), token);
  return token + "." + core::to_base64url(mac);
}

}  // namespace gatehouse::auth_server
