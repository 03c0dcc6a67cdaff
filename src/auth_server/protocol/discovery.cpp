#include "auth_server/protocol/discovery.hpp"

#include "auth_server/clients/scopes.hpp"
#include "auth_server/protocol/answers.hpp"

namespace gatehouse::auth_server {
namespace {

// Well below the time for which a new key is published before it signs.
constexpr unsigned kDocumentMaxAgeSeconds = 300;

json::array list(std::initializer_list<std::string_view> texts) {
  json::array array;
  for (const std::string_view text : texts) array.emplace_back(text);
  return array;
}

}  // namespace

json::object discovery_document(const Realm& realm) {
  const std::string base = realm.issuer + "/protocol/openid-connect";
  json::array scopes;
  for (const std::string_view scope : known_scopes()) scopes.emplace_back(scope);
  return {
      {"issuer", realm.issuer},
      {"authorization_endpoint", base + "/auth"},
      {"token_endpoint", base + "/token"},
      {"userinfo_endpoint", base + "/userinfo"},
      {"jwks_uri", base + "/certs"},
      {"end_session_endpoint", base + "/logout"},
      {"introspection_endpoint", base + "/token/introspect"},
      {"revocation_endpoint", base + "/revoke"},
      {"device_authorization_endpoint", base + "/auth/device"},
      {"response_types_supported", list({"code"})},
      {"response_modes_supported", list({"query", "fragment"})},
      {"grant_types_supported", list({"authorization_code", "refresh_token", "client_credentials",
                                      "urn:ietf:params:oauth:grant-type:device_code"})},
      {"code_challenge_methods_supported", list({"S256"})},
      {"prompt_values_supported",
       realm.registration_allowed ? list({"none", "login", "create"}) : list({"none", "login"})},
      {"subject_types_supported", list({"public"})},
      {"scopes_supported", std::move(scopes)},
      {"claims_supported",
       list({"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "azp", "sid", "at_hash", "name",
             "given_name", "family_name", "preferred_username", "email", "email_verified"})},
      {"acr_values_supported", list({"1"})},
      {"id_token_signing_alg_values_supported", list({"RS256", "ES256"})},
      {"token_endpoint_auth_methods_supported", list({"client_secret_basic", "client_secret_post", "none"})},
      {"introspection_endpoint_auth_methods_supported", list({"client_secret_basic", "client_secret_post"})},
      {"revocation_endpoint_auth_methods_supported",
       list({"client_secret_basic", "client_secret_post", "none"})},
      {"authorization_response_iss_parameter_supported", true},
      {"claims_parameter_supported", false},
      {"request_parameter_supported", false},
      {"request_uri_parameter_supported", false},
  };
}

Awaitable<Result<http::Response>> serve_discovery(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return oauth_error(entered.error());
  co_return public_json(json::serialize(discovery_document(*entered->realm)), kDocumentMaxAgeSeconds);
}

Awaitable<Result<http::Response>> serve_certs(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return oauth_error(entered.error());
  co_return public_json(entered->keys->jwks(), kDocumentMaxAgeSeconds);
}

}  // namespace gatehouse::auth_server
