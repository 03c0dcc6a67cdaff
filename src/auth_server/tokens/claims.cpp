#include "auth_server/tokens/claims.hpp"

#include "auth_server/clients/scopes.hpp"
#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

json::array list_of(const Names& names) {
  json::array list;
  for (const std::string& name : names) list.emplace_back(name);
  return list;
}

json::object roles_of(const Names& names) {
  return {{"roles", list_of(names)}};
}

json::object roles_by_client(const ClientRoles& roles) {
  json::object by_client;
  for (const auto& [client, names] : roles) by_client[client] = roles_of(names);
  return by_client;
}

// Keycloak writes one audience as a text, several as a list; RFC 7519 section 4.1.3 allows both.
json::value audience_of(const std::vector<std::string>& audiences) {
  if (audiences.size() == 1) return json::value(audiences.front());
  json::array list;
  for (const std::string& audience : audiences) list.emplace_back(audience);
  return list;
}

json::object common_claims(const TokenContext& context, core::SystemTime expires_at, std::string jti) {
  return {{"exp", core::unix_seconds(expires_at)},
          {"iat", core::unix_seconds(context.now)},
          {"jti", std::move(jti)},
          {"iss", context.realm.issuer}};
}

void merge(json::object& into, const json::object& more) {
  for (const auto& [name, value] : more) into[name] = value;
}

// OpenID Connect Core section 3.1.3.6: the left half of the digest of the token's ASCII.
std::string half_digest(std::string_view token) {
  return core::to_base64url(crypto::sha256(token).substr(0, 16));
}

std::chrono::seconds access_lifetime(const TokenContext& context) {
  return context.client.access_token_lifetime.value_or(context.realm.lifetimes.access_token);
}

void add_roles(json::object& claims, const Names& scopes, const Names& realm_roles,
               const ClientRoles& client_roles) {
  if (!scopes.contains("roles")) return;
  claims["realm_access"] = roles_of(realm_roles);
  claims["resource_access"] = roles_by_client(client_roles);
}

}  // namespace

core::SystemTime access_expiry(const TokenContext& context, const Login& login) {
  return std::min<core::SystemTime>(context.now + access_lifetime(context), login.session_ends_at);
}

json::object access_claims(const TokenContext& context, const Person& person, const Login& login) {
  json::object claims = common_claims(context, access_expiry(context, login),
                                      fmt::format("{}.{}", login.family_id, core::random_token(16)));
  claims["auth_time"] = core::unix_seconds(login.authenticated_at);
  claims["aud"] = audience_of(context.client.audiences);
  claims["sub"] = person.id;
  claims["typ"] = "Bearer";
  claims["azp"] = context.client.client_id;
  claims["sid"] = login.session_id;
  claims["acr"] = "1";
  add_roles(claims, login.scopes, person.realm_roles, person.client_roles);
  claims["scope"] = to_text(login.scopes);
  claims["preferred_username"] = person.username;
  if (login.scopes.contains("email") && !person.email.empty()) {
    claims["email_verified"] = person.email_verified;
    claims["email"] = person.email.reveal();
  }
  return claims;
}

json::object id_claims(const TokenContext& context, const Person& person, const Login& login,
                       std::string_view access_token) {
  json::object claims = common_claims(context, access_expiry(context, login), core::uuid_v4());
  claims["auth_time"] = core::unix_seconds(login.authenticated_at);
  claims["aud"] = context.client.client_id;
  claims["sub"] = person.id;
  claims["typ"] = "ID";
  claims["azp"] = context.client.client_id;
  if (!login.nonce.empty()) claims["nonce"] = login.nonce;
  claims["sid"] = login.session_id;
  claims["at_hash"] = half_digest(access_token);
  claims["acr"] = "1";
  merge(claims, personal_claims(person, login.scopes));
  return claims;
}

json::object refresh_claims(const TokenContext& context, const Person& person, const Login& login,
                            core::SystemTime expires_at) {
  json::object claims = common_claims(context, expires_at, core::uuid_v4());
  claims["aud"] = context.realm.issuer;
  claims["sub"] = person.id;
  claims["typ"] = "Refresh";
  claims["azp"] = context.client.client_id;
  claims["sid"] = login.session_id;
  claims["scope"] = to_text(login.scopes);
  claims["family"] = login.family_id;
  claims["generation"] = login.generation;
  return claims;
}

core::SystemTime service_expiry(const TokenContext& context) {
  return context.now + access_lifetime(context);
}

json::object service_claims(const TokenContext& context, const Names& scopes) {
  const ServiceAccount& account = context.client.service_account;
  json::object claims = common_claims(context, service_expiry(context), core::uuid_v4());
  claims["aud"] = audience_of(context.client.audiences);
  claims["sub"] = account.id;
  claims["typ"] = "Bearer";
  claims["azp"] = context.client.client_id;
  claims["acr"] = "1";
  add_roles(claims, scopes, account.realm_roles, account.client_roles);
  claims["scope"] = to_text(scopes);
  claims["preferred_username"] = "service-account-" + context.client.client_id;
  return claims;
}

json::object personal_claims(const Person& person, const Names& scopes) {
  json::object claims;
  if (scopes.contains("profile")) {
    const std::string name =
        std::string(core::trim(fmt::format("{} {}", person.first_name.reveal(), person.last_name.reveal())));
    if (!name.empty()) claims["name"] = name;
    claims["preferred_username"] = person.username;
    if (!person.first_name.empty()) claims["given_name"] = person.first_name.reveal();
    if (!person.last_name.empty()) claims["family_name"] = person.last_name.reveal();
  }
  if (scopes.contains("email") && !person.email.empty()) {
    claims["email_verified"] = person.email_verified;
    claims["email"] = person.email.reveal();
  }
  return claims;
}

std::string family_of_jti(std::string_view jti) {
  const auto parts = core::cut(jti, '.');
  return parts ? std::string(parts->first) : std::string();
}

}  // namespace gatehouse::auth_server
