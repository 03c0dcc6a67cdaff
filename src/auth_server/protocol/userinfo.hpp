// GET and POST userinfo: claims about the person of an access token (OpenID Connect Core section 5.3, RFC
// 6750).
#pragma once

#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_userinfo(OpenIdProvider&, service::Call&);

// The bearer token of a request: the scheme in any case, or "access_token" in a form, never in the query and
// never twice. `unauthenticated`/"missing_token", `invalid`/"invalid_request".
[[nodiscard]] Awaitable<Result<std::string>> read_bearer(service::Call&);

}  // namespace gatehouse::auth_server
