// What stands in the tokens (OpenID Connect Core section 2, RFC 9068, and the claims that Keycloak's clients
// read). Pure: values in, JSON out.
//
// The three kinds differ in the claim "typ": Bearer, ID, Refresh. The jti of an access token that came of a
// login is
// "<refresh family>.<random>": revoking the family revokes the token without another claim.
#pragma once

#include <string>
#include <string_view>

#include "auth_server/clients/realm.hpp"
#include "auth_server/people/people.hpp"
#include "auth_server/sessions/refresh_family.hpp"
#include "core/clock.hpp"
#include "core/fields.hpp"

namespace gatehouse::auth_server {

struct TokenContext {
  const Realm& realm;
  const Client& client;
  core::SystemTime now;
};

// A login as the tokens tell it.
struct Login {
  std::string session_id;
  std::string family_id;
  std::uint32_t generation = 1;
  std::string nonce;
  Names scopes;
  core::SystemTime authenticated_at{};
  core::SystemTime session_ends_at{};  // at the latest: no token outlives it
};

[[nodiscard]] core::SystemTime access_expiry(const TokenContext&, const Login&);
[[nodiscard]] json::object access_claims(const TokenContext&, const Person&, const Login&);
[[nodiscard]] json::object id_claims(const TokenContext&, const Person&, const Login&,
                                     std::string_view access_token);
[[nodiscard]] json::object refresh_claims(const TokenContext&, const Person&, const Login&,
                                          core::SystemTime expires_at);
// The access token of a client that speaks for itself.
[[nodiscard]] core::SystemTime service_expiry(const TokenContext&);
[[nodiscard]] json::object service_claims(const TokenContext&, const Names& scopes);

// Claims about the person that the scopes "profile" and "email" open (OpenID Connect Core section 5.4).
[[nodiscard]] json::object personal_claims(const Person&, const Names& scopes);

// The family that an access token's jti names; empty if none.
[[nodiscard]] std::string family_of_jti(std::string_view jti);

}  // namespace gatehouse::auth_server
