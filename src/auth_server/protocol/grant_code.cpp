// grant_type=authorization_code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
//
// The person is asked for before the code is spent: while the auth service cannot be reached, the client may
// try again with the same code.
#include "auth_server/clients/scopes.hpp"
#include "auth_server/protocol/token.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

std::unexpected<Error> bad_code(std::string why) {
  return refuse(ErrorKind::invalid, "invalid_grant", std::move(why));
}

Result<RedeemOutcome> judge(Result<RedeemOutcome> outcome, const FormCall& form) {
  if (!outcome) {
    if (outcome.error().reason == "unknown_code") return bad_code("Code not valid");
    return outcome;
  }
  switch (outcome->verdict) {
    case CodeVerdict::redeem:
      return outcome;
    case CodeVerdict::reused:
      form.at.provider.metrics.code_reuses.add();
      log::warn("code-reuse", "an authorization code came back; what it led to is revoked",
                {log::field("client.id", form.client->client_id), log::field(form.at.call.exchange.trace)});
      return bad_code("Code not valid");
    case CodeVerdict::another_client:
      return bad_code("Code not valid");
    case CodeVerdict::expired:
    case CodeVerdict::session_over:
      return bad_code("Code is expired");
    case CodeVerdict::redirect_mismatch:
      return bad_code("Incorrect redirect_uri");
    case CodeVerdict::wrong_verifier:
      return bad_code("PKCE verification failed");
  }
  return bad_code("Code not valid");
}

}  // namespace

Awaitable<Result<json::object>> grant_code(FormCall form) {
  OpenIdProvider& provider = form.at.provider;
  const Realm& realm = *form.at.realm;
  if (!form.client->grants.authorization_code) {
    co_return refuse(ErrorKind::invalid, "unauthorized_client", "Client not allowed for the standard flow");
  }
  const std::string code = form.form.get("code");
  if (code.empty()) co_return refuse(ErrorKind::invalid, "invalid_request", "Missing parameter: code");

  auto record = co_await provider.grants.peek_code(realm.name, code, form.at.deadline());
  if (!record) co_return fail(record);
  if (!*record || (*record)->client_id != form.client->client_id) co_return bad_code("Code not valid");
  auto person = co_await find_person(form, (*record)->person_id);
  if (!person) co_return fail(person);
  if (auto standing = check_standing(realm, *form.client, *person, (*record)->authenticated_at); !standing) {
    co_return fail(standing);
  }

  Redemption redemption{form.client->client_id, form.form.get("redirect_uri"),
                        form.form.get("code_verifier")};
  auto redeemed = co_await provider.grants.redeem_code(realm.name, code, std::move(redemption),
                                                       realm.lifetimes, form.at.now, form.at.deadline());
  const auto outcome = judge(std::move(redeemed), form);
  if (!outcome) co_return fail(outcome);
  const RefreshFamily& family = *outcome->family;
  const auto granted = parse_scope(family.scope);
  if (!granted) co_return fail(ErrorKind::internal, "bad_code_row", "scope");
  auto scopes = narrow_scopes(*form.client, *granted, {});
  if (!scopes) co_return fail(scopes);
  co_return co_await sign_login_tokens(form.at, *form.client, *person, family, *outcome->session,
                                       *std::move(scopes));
}

}  // namespace gatehouse::auth_server
