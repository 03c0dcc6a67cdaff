// POST token/introspect: whether a token holds, for the confidential clients that it concerns (RFC 7662).
#pragma once

#include "auth_server/protocol/form_call.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_introspection(OpenIdProvider&, service::Call&);

}  // namespace gatehouse::auth_server
