// grant_type=client_credentials (RFC 6749 section 4.4): a client that speaks for itself, with the roles of
// its service account. No refresh token: it has its secret.
#include "auth_server/clients/scopes.hpp"
#include "auth_server/protocol/token.hpp"
#include "auth_server/tokens/issue.hpp"

namespace gatehouse::auth_server {

Awaitable<Result<json::object>> grant_client_credentials(FormCall form) {
  if (form.client->kind != ClientKind::confidential) {
    co_return refuse(ErrorKind::invalid, "unauthorized_client",
                     "Public client not allowed to retrieve service account");
  }
  if (!form.client->grants.client_credentials) {
    co_return refuse(ErrorKind::invalid, "unauthorized_client",
                     "Client not enabled to retrieve service account");
  }
  const auto requested = parse_scope(form.form.get("scope"));
  if (!requested) co_return fail(requested);
  auto scopes = grant_scopes(*form.client, *requested);
  if (!scopes) co_return fail(scopes);
  scopes->erase("openid");  // there is no person to identify
  auto sign = [&] {
    const TokenContext context{*form.at.realm, *form.client, form.at.now};
    return issue_service_token(*form.at.keys, context, *scopes);
  };
  co_return co_await form.at.provider.pool.run(std::move(sign));
}

}  // namespace gatehouse::auth_server
