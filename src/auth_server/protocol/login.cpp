#include "auth_server/protocol/login.hpp"

#include "auth_server/protocol/authorize.hpp"
#include "auth_server/protocol/cookies.hpp"
#include "auth_server/protocol/form_call.hpp"
#include "auth_server/tokens/read.hpp"
#include "core/ids.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kUsernameBytesMax = 254;
constexpr std::size_t kPasswordBytesMax = 256;

// One text for a wrong password, an unknown, a locked and a disabled person: none can be told from another.
constexpr std::string_view kWrong = "Invalid username or password.";
constexpr std::string_view kTimedOut = "You took too long to sign in. Please try again.";
constexpr std::string_view kNotYours = "This sign-in page is no longer valid. Please try again.";

Awaitable<Result<Person>> verify(const RealmCall& at, const Parameters& form) {
  Credentials credentials{at.realm->name, form.get("username"), Secret(form.get("password"))};
  const bool is_plausible =
      !credentials.username.empty() && credentials.username.size() <= kUsernameBytesMax &&
      !credentials.password.empty() && credentials.password.reveal().size() <= kPasswordBytesMax;
  if (!is_plausible) co_return refuse(ErrorKind::unauthenticated, "invalid_credentials");
  Question question = at.question();
  co_return co_await at.provider.people.verify(std::move(credentials), std::move(question));
}

struct OpenedSession {
  Session session;
  std::string cookie;
};

// The cookie is always a new one, so that a cookie planted before the login is worth nothing after it. The
// same person keeps the session and thereby the single sign-on; another person's session in this browser
// ends.
Awaitable<Result<OpenedSession>> open_session(const RealmCall& at, std::string person_id) {
  SessionStore& sessions = at.provider.sessions;
  OpenedSession opened{{}, core::random_token(32)};
  auto before = co_await find_session(at);
  if (!before) co_return fail(before);
  if (*before && (*before)->person_id == person_id) {
    opened.session = **before;
    opened.session.authenticated_at = at.now;
    opened.session.last_seen_at = at.now;
    auto renewed =
        co_await sessions.renew(at.realm->name, opened.session.id, opened.cookie, at.now, at.deadline());
    if (!renewed) co_return fail(renewed);
    if (*renewed) co_return opened;
  } else if (*before) {
    auto ended = co_await sessions.end(at.realm->name, (*before)->id, at.now, at.deadline());
    if (!ended) co_return fail(ended);
  }
  opened.session = Session{.id = core::uuid_v4(),
                           .realm = at.realm->name,
                           .person_id = std::move(person_id),
                           .authenticated_at = at.now,
                           .created_at = at.now,
                           .last_seen_at = at.now,
                           .ended_at = {}};
  auto stored = co_await sessions.open(opened.session, opened.cookie, at.deadline());
  if (!stored) co_return fail(stored);
  co_return opened;
}

bool contradicts_hint(const RealmCall& at, const AuthorizeRequest& request, const Person& person) {
  if (request.id_token_hint.empty()) return false;
  const auto hint = read_id_token_hint(request.id_token_hint, *at.keys, *at.realm);
  return !hint || hint->person_id != person.id;
}

Awaitable<Result<http::Response>> log_in(const RealmCall& at, const AuthorizeRequest& request,
                                         const Parameters& parameters) {
  const auto form = co_await read_form(at.call);
  if (!form) co_return fail(form);
  const auto person = co_await verify(at, *form);
  if (!person) {
    if (person.error().kind != ErrorKind::unauthenticated) co_return fail(person);
    at.provider.metrics.failed_logins.add();
    const LoginNotice wrong{std::string(kWrong), form->get("username").substr(0, kUsernameBytesMax), 200};
    co_return show_login(at, request, parameters, wrong);
  }
  if (contradicts_hint(at, request, *person)) {
    const RedirectError other{request.back, "login_required", "Another person logged in"};
    co_return send_back(303, other, *at.realm);
  }
  const auto opened = co_await open_session(at, person->id);
  if (!opened) co_return fail(opened);
  auto response = co_await send_back_with_code(at, 303, request, opened->session);
  if (!response) co_return response;
  set_cookie(*response, kSessionCookie, opened->cookie);
  clear_cookie(*response, kFlowCookie);
  at.provider.metrics.logins.add();
  log::info("login", "a person logged in",
            {log::field("user.id", person->id), log::field("client.id", request.client->client_id),
             log::field("session.id", opened->session.id), log::field(at.call.exchange.trace)});
  co_return response;
}

}  // namespace

Awaitable<Result<http::Response>> serve_login(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const auto form = read_returned_form(*entered, "login");
  if (!form) co_return error_page(form.error());
  const AuthorizeOutcome outcome = read_authorize_request(form->parameters, *entered->realm);
  if (const auto* error = std::get_if<PageError>(&outcome)) co_return error_page(*error);
  if (const auto* error = std::get_if<RedirectError>(&outcome))
    co_return send_back(303, *error, *entered->realm);
  const auto& request = std::get<AuthorizeRequest>(outcome);
  if (form->check != FlowCheck::good) {
    const bool is_late = form->check == FlowCheck::expired;
    const LoginNotice notice{std::string(is_late ? kTimedOut : kNotYours), request.login_hint,
                             is_late ? 200U : 400U};
    co_return show_login(*entered, request, form->parameters, notice);
  }
  auto response = co_await log_in(*entered, request, form->parameters);
  if (!response) co_return error_page(response.error());
  co_return response;
}

}  // namespace gatehouse::auth_server
