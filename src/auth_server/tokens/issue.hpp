// Makes and signs the tokens of one answer of the token endpoint. Blocking by some hundred microseconds
// (RS256): called on the pool.
#pragma once

#include <string>

#include "auth_server/keys/realm_keys.hpp"
#include "auth_server/tokens/claims.hpp"

namespace gatehouse::auth_server {

// The answer of the token endpoint with exactly the keys that Keycloak gives, in its order.
[[nodiscard]] Result<json::object> issue_login_tokens(const RealmKeys&, const TokenContext&, const Person&,
                                                      const Login&, core::SystemTime refresh_expires_at);
[[nodiscard]] Result<json::object> issue_service_token(const RealmKeys&, const TokenContext&,
                                                       const Names& scopes);

// The refresh token is a JWT because keycloak-js decodes it, but nobody else is to believe it: it is signed
// with a secret of the realm (HS256), which no published key verifies.
[[nodiscard]] std::string sign_refresh_token(const RealmKeys&, const json::object& claims);

}  // namespace gatehouse::auth_server
