// POST token: from a grant to tokens (RFC 6749 sections 4.1.3, 4.4.2, 6). One file per grant.
#pragma once

#include "auth_server/protocol/form_call.hpp"
#include "auth_server/tokens/claims.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_token(OpenIdProvider&, service::Call&);

// `refuse(invalid, "invalid_grant", …)` and the like: RFC 6749 section 5.2.
[[nodiscard]] Awaitable<Result<json::object>> grant_code(FormCall);
[[nodiscard]] Awaitable<Result<json::object>> grant_refresh(FormCall);
[[nodiscard]] Awaitable<Result<json::object>> grant_client_credentials(FormCall);
[[nodiscard]] Awaitable<Result<json::object>> grant_device(FormCall);

// Who a grant is for. `invalid`/"invalid_grant" if there is no such person any more.
[[nodiscard]] Awaitable<Result<Person>> find_person(const FormCall&, std::string person_id);

// Signs the tokens of a login on the pool.
[[nodiscard]] Awaitable<Result<json::object>> sign_login_tokens(const RealmCall&, const Client&,
                                                                const Person&, const RefreshFamily&,
                                                                const Session&, Names scopes);

}  // namespace gatehouse::auth_server
