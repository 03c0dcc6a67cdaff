// GET and POST logout, and the answer of its confirmation page. Also Keycloak's logout by refresh token, for
// applications without a browser: POST with client credentials and refresh_token, 204.
#pragma once

#include "auth_server/protocol/browser.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_logout(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_logout_confirmation(OpenIdProvider&, service::Call&);

}  // namespace gatehouse::auth_server
