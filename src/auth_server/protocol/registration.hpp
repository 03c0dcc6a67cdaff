// Signing up: the page, and the form that comes back. Two ways lead to the page, both with the parameters of
// an authorization request: prompt=create (OpenID Connect Prompt Create 1.0) and Keycloak's endpoint
// /protocol/openid-connect/registrations. Only where the realm says registrationAllowed.
//
// A name or an address that is taken is said, as Keycloak does: whoever signs up must choose another. What
// keeps that from telling the names of all people is a limit per address.
#pragma once

#include "auth_server/protocol/browser.hpp"

namespace gatehouse::auth_server {

// POST login-actions/registration: the form comes back. Creates the person at the auth service and goes on as
// after a login.
[[nodiscard]] Awaitable<Result<http::Response>> serve_registration(OpenIdProvider&, service::Call&);

// The page for a request, or why there is none.
[[nodiscard]] http::Response offer_registration(const RealmCall&, const AuthorizeRequest&, const Parameters&);
// Where the login page sends whoever is new, with the same request. Empty if nobody can sign up with it.
[[nodiscard]] std::string registration_link(const RealmCall&, const AuthorizeRequest&, const Parameters&);

}  // namespace gatehouse::auth_server
