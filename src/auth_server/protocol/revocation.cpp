#include "auth_server/protocol/revocation.hpp"

#include "auth_server/tokens/read.hpp"

namespace gatehouse::auth_server {
namespace {

std::unexpected<Error> not_yours() {
  return refuse(ErrorKind::invalid, "invalid_client", "Unmatching clients");
}

// Section 2.2: a token that is not good is as revoked as it can be. But what the store could not write is not
// revoked, and is not reported as such.
Awaitable<Result<json::object>> revoke(FormCall form) {
  const RealmCall& at = form.at;
  const std::string text = form.form.get("token");
  if (text.empty()) co_return refuse(ErrorKind::invalid, "invalid_request", "Token not provided");
  if (const auto refresh = read_refresh_token(text, *at.keys, *at.realm, at.now)) {
    if (refresh->client_id != form.client->client_id) co_return not_yours();
    auto revoked =
        co_await at.provider.grants.revoke_family(at.realm->name, refresh->family_id, at.now, at.deadline());
    if (!revoked) co_return fail(revoked);
    co_return json::object{};
  }
  const auto access = read_access_token(text, *at.keys, *at.realm, at.now);
  if (!access) co_return json::object{};
  if (text_claim(*access, "azp") != form.client->client_id) co_return not_yours();
  const core::SystemTime expires_at = core::from_unix_seconds(number_claim(*access, "exp"));
  auto revoked = co_await at.provider.grants.revoke_token(at.realm->name, text_claim(*access, "jti"),
                                                          expires_at, at.deadline());
  if (!revoked) co_return fail(revoked);
  co_return json::object{};
}

}  // namespace

Awaitable<Result<http::Response>> serve_revocation(OpenIdProvider& provider, service::Call& call) {
  auto response = co_await answer_form(provider, call, revoke);
  if (response && response->status == 200) response->content.clear();
  co_return response;
}

}  // namespace gatehouse::auth_server
