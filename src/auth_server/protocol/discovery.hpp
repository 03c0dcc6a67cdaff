// GET .well-known/openid-configuration and oauth-authorization-server (OpenID Connect Discovery 1.0, RFC
// 8414), and GET certs, the realm's public keys (RFC 7517).
#pragma once

#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] json::object discovery_document(const Realm&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_discovery(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_certs(OpenIdProvider&, service::Call&);

}  // namespace gatehouse::auth_server
