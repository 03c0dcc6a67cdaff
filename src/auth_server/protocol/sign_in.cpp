#include "auth_server/protocol/sign_in.hpp"

#include "auth_server/protocol/cookies.hpp"
#include "core/ids.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kPasswordBytesMax = 256;

}  // namespace

Awaitable<Result<Person>> verify_credentials(const RealmCall& at, const Parameters& form) {
  Credentials credentials{at.realm->name, form.get("username"), Secret(form.get("password"))};
  const bool is_plausible =
      !credentials.username.empty() && credentials.username.size() <= kUsernameBytesMax &&
      !credentials.password.empty() && credentials.password.reveal().size() <= kPasswordBytesMax;
  if (!is_plausible) {
    at.provider.metrics.failed_logins.add();
    co_return refuse(ErrorKind::unauthenticated, "invalid_credentials");
  }
  Question question = at.question();
  auto person = co_await at.provider.people.verify(std::move(credentials), std::move(question));
  if (!person && person.error().kind == ErrorKind::unauthenticated) at.provider.metrics.failed_logins.add();
  co_return person;
}

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

Awaitable<Result<http::Response>> let_in(const RealmCall& at, const AuthorizeRequest& request,
                                         std::string person_id) {
  const auto opened = co_await open_session(at, std::move(person_id));
  if (!opened) co_return fail(opened);
  auto response = co_await send_back_with_code(at, 303, request, opened->session);
  if (!response) co_return response;
  set_cookie(*response, kSessionCookie, opened->cookie);
  clear_cookie(*response, kFlowCookie);
  note_login(at, *request.client, opened->session);
  co_return response;
}

void note_login(const RealmCall& at, const Client& client, const Session& session) {
  at.provider.metrics.logins.add();
  log::info("login", "a person logged in",
            {log::field("user.id", session.person_id), log::field("client.id", client.client_id),
             log::field("session.id", session.id), log::field(at.call.exchange.trace)});
}

}  // namespace gatehouse::auth_server
