// GET and POST auth: the authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2).
// Answers a browser that is logged in with a code at once, any other with the login page; with prompt=create
// every one with the registration page.
#pragma once

#include "auth_server/protocol/browser.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_authorize(OpenIdProvider&, service::Call&);
// Keycloak's endpoint: as with prompt=create.
[[nodiscard]] Awaitable<Result<http::Response>> serve_registrations(OpenIdProvider&, service::Call&);

// The login page for a request; `alert` is what the person is told, `status` the answer's.
struct LoginNotice {
  std::string alert;
  std::string username;
  unsigned status = 200;
};
[[nodiscard]] http::Response show_login(const RealmCall&, const AuthorizeRequest&, const Parameters&,
                                        const LoginNotice&);

}  // namespace gatehouse::auth_server
