// Keycloak's Admin REST API, as far as it goes here: who is logged in, and how that is ended.
//
//   GET    /admin/realms/{realm}/users/{user}/sessions    the open sessions of a person
//   POST   /admin/realms/{realm}/users/{user}/logout      ends them all
//   DELETE /admin/realms/{realm}/sessions/{session}       ends one
//
// A caller shows an access token of the realm itself, of somebody who has the realm role `admin` or, of the
// client `realm-management`, the role realm-admin or manage-users (to look, also view-users). Errors are
// Keycloak's: {"error": "…"}.
//
// And for the gateway alone, which refuses the tokens of a session that has ended before they have:
//
//   GET /internal/realms/{realm}/ended-sessions?since=<Unix milliseconds>
//   → {"now": …, "keep_seconds": …, "sessions": ["<sid>", …]}
#pragma once

#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_user_sessions(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_user_logout(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_session_removal(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_ended_sessions(OpenIdProvider&, service::Call&);

}  // namespace gatehouse::auth_server
