#include "auth_server/protocol/authorize.hpp"

#include "auth_server/pages/pages.hpp"
#include "auth_server/protocol/cookies.hpp"
#include "auth_server/protocol/registration.hpp"
#include "auth_server/tokens/read.hpp"

namespace gatehouse::auth_server {
namespace {

// A session counts only while its person may still log in; otherwise it is ended here, with all that came of
// it.
Awaitable<Result<std::optional<Session>>> find_standing_session(const RealmCall& at, const Client& client) {
  auto session = co_await find_session(at);
  if (!session || !*session) co_return session;
  Question question = at.question();
  auto person = co_await at.provider.people.find(at.realm->name, (*session)->person_id, std::move(question));
  if (!person && person.error().kind != ErrorKind::not_found) co_return fail(person);
  if (person && check_standing(*at.realm, client, *person, (*session)->authenticated_at)) {
    if (needs_touch(**session, at.realm->lifetimes, at.now)) {
      auto touched =
          co_await at.provider.sessions.touch(at.realm->name, (*session)->id, at.now, at.deadline());
      if (!touched) co_return fail(touched);
    }
    co_return session;
  }
  const bool is_gone = !person || !person->enabled;
  if (is_gone) {
    auto ended = co_await at.provider.sessions.end(at.realm->name, (*session)->id, at.now, at.deadline());
    if (!ended) co_return fail(ended);
  }
  co_return std::optional<Session>{};
}

// Whom the client believes to be here (OpenID Connect Core section 3.1.2.1). `invalid` for a forged hint.
Result<bool> fits_hint(const RealmCall& at, const AuthorizeRequest& request, const Session& session) {
  const auto hint = read_id_token_hint(request.id_token_hint, *at.keys, *at.realm);
  if (!hint) return refuse(ErrorKind::invalid, "invalid_request", "Invalid parameter: id_token_hint");
  return hint->person_id == session.person_id;
}

Awaitable<Result<http::Response>> answer(const RealmCall& at, const AuthorizeRequest& request,
                                         const Parameters& parameters) {
  auto session = co_await find_standing_session(at, *request.client);
  if (!session) {
    if (request.prompt != Prompt::none) co_return error_page(session.error());
    const RedirectError away{request.back, "temporarily_unavailable", "Try again shortly"};
    co_return send_back(302, away, *at.realm);
  }
  if (!request.id_token_hint.empty()) {
    const Session nobody;
    const auto fits = fits_hint(at, request, *session ? **session : nobody);
    if (!fits) {
      const RedirectError forged{request.back, std::string(fits.error().reason), fits.error().detail};
      co_return send_back(302, forged, *at.realm);
    }
    if (!*fits) session->reset();
  }
  switch (decide_login(request, *session, at.now)) {
    case LoginDecision::answer:
      co_return co_await send_back_with_code(at, 302, request, **session);
    case LoginDecision::refuse: {
      const RedirectError needs_login{request.back, "login_required", ""};
      co_return send_back(302, needs_login, *at.realm);
    }
    case LoginDecision::login:
      break;
  }
  const LoginNotice notice{"", request.login_hint, 200};
  co_return show_login(at, request, parameters, notice);
}

}  // namespace

http::Response show_login(const RealmCall& at, const AuthorizeRequest& request, const Parameters& parameters,
                          const LoginNotice& notice) {
  http::Response cookies;
  Flow flow{"login", at.realm->name, flow_cookie(at, cookies), core::encode_form(parameters.pairs())};
  http::Response response =
      login_page({.realm_name = at.realm->display_name,
                  .client_name = request.client->name,
                  .action = form_action(at, "login-actions/authenticate", std::move(flow)),
                  .username = notice.username,
                  .alert = notice.alert,
                  .registration_link = registration_link(at, request, parameters),
                  .redirect_source = csp_source_of(request.back.redirect_uri),
                  .status = notice.status});
  for (const http::HeaderField field : cookies.headers) response.headers.add(field.name, field.value);
  return response;
}

namespace {

enum class Asks { what_prompt_says, for_an_account };

Awaitable<Result<http::Response>> serve(OpenIdProvider& provider, service::Call& call, Asks asks) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const auto parameters = co_await read_browser_request(*entered);
  if (!parameters) co_return error_page(parameters.error());
  const AuthorizeOutcome outcome = read_authorize_request(*parameters, *entered->realm);
  if (auto refusal = refusal_of(outcome, 302, *entered->realm)) co_return *std::move(refusal);
  const auto& request = std::get<AuthorizeRequest>(outcome);
  if (asks == Asks::for_an_account || request.prompt == Prompt::create)
    co_return offer_registration(*entered, request, *parameters);
  auto response = co_await answer(*entered, request, *parameters);
  if (!response) co_return error_page(response.error());
  co_return response;
}

}  // namespace

Awaitable<Result<http::Response>> serve_authorize(OpenIdProvider& provider, service::Call& call) {
  return serve(provider, call, Asks::what_prompt_says);
}

Awaitable<Result<http::Response>> serve_registrations(OpenIdProvider& provider, service::Call& call) {
  return serve(provider, call, Asks::for_an_account);
}

}  // namespace gatehouse::auth_server
