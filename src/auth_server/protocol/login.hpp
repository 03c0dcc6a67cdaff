// POST login-actions/authenticate: the login form comes back. Checks that it is this browser's form, asks the
// auth service for the person, opens a session under a new cookie and goes on with the authorization request.
#pragma once

#include "auth_server/protocol/browser.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_login(OpenIdProvider&, service::Call&);

}  // namespace gatehouse::auth_server
