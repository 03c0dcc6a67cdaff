#include "auth_server/tokens/read.hpp"

#include <limits>

namespace gatehouse::auth_server {

std::string text_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

std::int64_t number_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

Result<json::object> read_access_token(std::string_view token, const RealmKeys& keys, const Realm& realm,
                                       core::SystemTime now) {
  const crypto::JwtExpectation expected{
      .issuer = realm.issuer, .audience = {}, .typ = "Bearer", .now = now, .leeway = std::chrono::seconds(0)};
  return crypto::verify_jwt(token, keys.verify_keys(), expected);
}

Result<RefreshToken> read_refresh_token(std::string_view token, const RealmKeys& keys, const Realm& realm,
                                        core::SystemTime now) {
  auto key = crypto::VerifyKey::from_secret(crypto::Algorithm::hs256, keys.derived(kRefreshTokenPurpose));
  if (!key) return fail(key);
  const auto parsed = crypto::parse_jwt(token);
  if (!parsed) return fail(parsed);
  if (auto verified = crypto::verify_signature(*parsed, *key); !verified) return fail(verified);
  const crypto::JwtExpectation expected{.issuer = realm.issuer,
                                        .audience = realm.issuer,
                                        .typ = "Refresh",
                                        .now = now,
                                        .leeway = std::chrono::seconds(0)};
  if (auto checked = crypto::check_claims(parsed->payload, expected); !checked) return fail(checked);
  const json::object& claims = parsed->payload;
  const std::int64_t generation = number_claim(claims, "generation");
  if (generation < 1 || generation > std::numeric_limits<std::uint32_t>::max()) {
    return refuse(ErrorKind::unauthenticated, "bad_token", "generation");
  }
  return RefreshToken{.family_id = text_claim(claims, "family"),
                      .generation = static_cast<std::uint32_t>(generation),
                      .client_id = text_claim(claims, "azp"),
                      .person_id = text_claim(claims, "sub"),
                      .session_id = text_claim(claims, "sid"),
                      .scope = text_claim(claims, "scope"),
                      .issued_at = number_claim(claims, "iat"),
                      .expires_at = number_claim(claims, "exp")};
}

Result<IdTokenHint> read_id_token_hint(std::string_view token, const RealmKeys& keys, const Realm& realm) {
  const auto parsed = crypto::parse_jwt(token);
  if (!parsed) return fail(parsed);
  const crypto::VerifyKey* key = keys.verify_keys().find(text_claim(parsed->header, "kid"));
  if (key == nullptr) return refuse(ErrorKind::unauthenticated, "unknown_kid");
  if (auto verified = crypto::verify_signature(*parsed, *key); !verified) return fail(verified);
  // As of the moment it was issued: the hint may be old, but not of another issuer or kind.
  const core::SystemTime issued_at = core::from_unix_seconds(number_claim(parsed->payload, "iat"));
  const crypto::JwtExpectation expected{
      .issuer = realm.issuer, .audience = {}, .typ = "ID", .now = issued_at};
  if (auto checked = crypto::check_claims(parsed->payload, expected); !checked) return fail(checked);
  return IdTokenHint{.client_id = text_claim(parsed->payload, "azp"),
                     .person_id = text_claim(parsed->payload, "sub"),
                     .session_id = text_claim(parsed->payload, "sid")};
}

}  // namespace gatehouse::auth_server
