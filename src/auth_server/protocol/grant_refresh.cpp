// grant_type=refresh_token (RFC 6749 section 6, RFC 9700 section 4.14): every use rotates the token.
//
// Everything that can refuse without being told apart from a theft is asked first; the rotation is last and
// atomic.
#include "auth_server/clients/scopes.hpp"
#include "auth_server/protocol/token.hpp"
#include "auth_server/tokens/read.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

std::unexpected<Error> bad_token(std::string why) {
  return refuse(ErrorKind::invalid, "invalid_grant", std::move(why));
}

Result<RefreshToken> read_token(const FormCall& form) {
  const std::string text = form.form.get("refresh_token");
  if (text.empty()) return refuse(ErrorKind::invalid, "invalid_request", "No refresh token");
  auto token = read_refresh_token(text, *form.at.keys, *form.at.realm, form.at.now);
  if (!token) {
    if (token.error().origin != Origin::client && token.error().kind != ErrorKind::unauthenticated)
      return token;
    return bad_token(token.error().reason == "token_expired" ? "Token is not active"
                                                             : "Invalid refresh token");
  }
  if (token->client_id != form.client->client_id) {
    return bad_token("Invalid refresh token. Token client and authorized client don't match");
  }
  return token;
}

Awaitable<Result<RefreshFamily>> find_family(const FormCall& form, const RefreshToken& token) {
  auto family =
      co_await form.at.provider.grants.find_family(form.at.realm->name, token.family_id, form.at.deadline());
  if (!family) co_return fail(family);
  if (!*family || (*family)->client_id != form.client->client_id) co_return bad_token("Token is not active");
  co_return **std::move(family);
}

Awaitable<Result<Person>> find_person(const FormCall& form, const RefreshFamily& family) {
  Question question = form.at.question();
  auto person =
      co_await form.at.provider.people.find(form.at.realm->name, family.person_id, std::move(question));
  if (!person && person.error().kind == ErrorKind::not_found) co_return bad_token("User not found");
  co_return person;
}

Result<Names> scopes_for(const FormCall& form, const RefreshFamily& family) {
  const auto granted = parse_scope(family.scope);
  if (!granted) return fail(ErrorKind::internal, "bad_family_row", "scope");
  const auto requested = parse_scope(form.form.get("scope"));
  if (!requested) return fail(requested);
  return narrow_scopes(*form.client, *granted, *requested);
}

Result<RotateOutcome> judge(Result<RotateOutcome> outcome, const FormCall& form) {
  if (!outcome) return outcome;
  if (outcome->rotation == Rotation::next || outcome->rotation == Rotation::sibling) return outcome;
  if (outcome->rotation == Rotation::reuse) {
    form.at.provider.metrics.refresh_reuses.add();
    log::warn(
        "refresh-reuse", "an old refresh token came back; its family is revoked",
        {log::field("client.id", form.client->client_id),
         log::field("session.id", outcome->family->session_id), log::field(form.at.call.exchange.trace)});
    return bad_token("Maximum allowed refresh token reuse exceeded");
  }
  return bad_token("Session not active");
}

}  // namespace

Awaitable<Result<json::object>> grant_refresh(FormCall form) {
  OpenIdProvider& provider = form.at.provider;
  const Realm& realm = *form.at.realm;
  const auto token = read_token(form);
  if (!token) co_return fail(token);
  const auto family = co_await find_family(form, *token);
  if (!family) co_return fail(family);
  const auto person = co_await find_person(form, *family);
  if (!person) co_return fail(person);
  if (auto standing = check_standing(realm, *form.client, *person, family->authenticated_at); !standing) {
    co_return fail(standing);
  }
  auto scopes = scopes_for(form, *family);
  if (!scopes) co_return fail(scopes);

  auto rotated = co_await provider.grants.rotate(realm.name, token->family_id, token->generation,
                                                 realm.lifetimes, form.at.now, form.at.deadline());
  const auto outcome = judge(std::move(rotated), form);
  if (!outcome) co_return fail(outcome);
  co_return co_await sign_login_tokens(form.at, *form.client, *person, *outcome->family, *outcome->session,
                                       *std::move(scopes));
}

}  // namespace gatehouse::auth_server
