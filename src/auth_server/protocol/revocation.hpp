// POST revoke: ends a refresh token with its whole family, or one access token (RFC 7009).
#pragma once

#include "auth_server/protocol/form_call.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_revocation(OpenIdProvider&, service::Call&);

}  // namespace gatehouse::auth_server
