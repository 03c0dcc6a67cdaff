#include "auth_server/admin/admin_api.hpp"

#include <algorithm>

#include "auth_server/protocol/access_check.hpp"
#include "auth_server/protocol/answers.hpp"
#include "auth_server/protocol/userinfo.hpp"
#include "core/text.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

// A token whose session has ended is refused for longer than it lives: by the clocks of two machines.
constexpr std::chrono::seconds kClockSkewMax{60};
constexpr std::int64_t kMillisMax = 253'402'300'799'000;  // the year 9999

enum class Right { view_users, manage_users };

bool may(const Person& person, Right right) {
  if (person.realm_roles.contains("admin")) return true;
  const auto of_realm = person.client_roles.find("realm-management");
  if (of_realm == person.client_roles.end()) return false;
  const Names& roles = of_realm->second;
  return roles.contains("realm-admin") || roles.contains("manage-users") ||
         (right == Right::view_users && roles.contains("view-users"));
}

// Keycloak's words for what is wrong with a call; the rest is ours.
http::Response admin_error(const Error& error) {
  if (error.kind == ErrorKind::invalid)
    return private_json(400, {{"error", "invalid_request"}, {"error_description", error.detail}});
  if (error.kind == ErrorKind::unauthenticated) {
    http::Response response = private_json(401, {{"error", "HTTP 401 Unauthorized"}});
    response.headers.add("WWW-Authenticate", "Bearer");
    return response;
  }
  if (error.kind == ErrorKind::forbidden) return private_json(403, {{"error", "HTTP 403 Forbidden"}});
  if (error.reason == "realm_not_found") return private_json(404, {{"error", "Realm not found."}});
  if (error.kind == ErrorKind::not_found) return private_json(404, {{"error", error.detail}});
  return oauth_error(error);
}

struct AdminCall {
  RealmCall at;
  Person admin;
};

Awaitable<Result<AdminCall>> enter(OpenIdProvider& provider, service::Call& call, Right right) {
  auto at = enter_realm(provider, call);
  if (!at) co_return fail(at);
  auto token = co_await read_bearer(call);
  if (!token) co_return fail(token);
  auto checked = co_await check_access_token(*at, *std::move(token));
  if (!checked) co_return fail(checked);
  if (!checked->person || !may(*checked->person, right)) co_return refuse(ErrorKind::forbidden, "not_admin");
  co_return AdminCall{*std::move(at), *std::move(checked->person)};
}

Awaitable<Result<Person>> find_person(const RealmCall& at) {
  Question question = at.question();
  auto person = co_await at.provider.people.find(at.realm->name, std::string(at.call.param("user")),
                                                 std::move(question));
  if (!person && person.error().kind == ErrorKind::not_found)
    co_return refuse(ErrorKind::not_found, "unknown_person", "User not found");
  co_return person;
}

// UserSessionRepresentation. Addresses are not kept, so there is none to show; the id of a client here is its
// clientId.
json::object representation_of(const OpenSession& open, const Person& person) {
  json::object clients;
  for (const std::string& client : open.client_ids) clients[client] = client;
  return {{"id", open.session.id},
          {"username", person.username},
          {"userId", person.id},
          {"start", core::unix_millis(open.session.created_at)},
          {"lastAccess", core::unix_millis(open.session.last_seen_at)},
          {"rememberMe", false},
          {"clients", std::move(clients)}};
}

Awaitable<Result<http::Response>> list_sessions(OpenIdProvider& provider, service::Call& call) {
  auto entered = co_await enter(provider, call, Right::view_users);
  if (!entered) co_return fail(entered);
  const RealmCall& at = entered->at;
  auto person = co_await find_person(at);
  if (!person) co_return fail(person);
  auto sessions = co_await provider.sessions.open_of(at.realm->name, person->id, at.deadline());
  if (!sessions) co_return fail(sessions);
  json::array listed;
  for (const OpenSession& open : *sessions) {
    if (is_live(open.session, at.realm->lifetimes, at.now))
      listed.push_back(representation_of(open, *person));
  }
  http::Response response = private_json(200, {});
  response.content = json::serialize(listed);
  co_return response;
}

Awaitable<Result<void>> end_session(const AdminCall& entered, std::string id) {
  const RealmCall& at = entered.at;
  auto ended = co_await at.provider.sessions.end(at.realm->name, id, at.now, at.deadline());
  if (!ended) co_return ended;
  log::info("session-ended", "an administrator ended a session",
            {log::field("session.id", id), log::field("user.id", entered.admin.id),
             log::field(at.call.exchange.trace)});
  co_return ended;
}

Awaitable<Result<http::Response>> end_all(OpenIdProvider& provider, service::Call& call) {
  const auto entered = co_await enter(provider, call, Right::manage_users);
  if (!entered) co_return fail(entered);
  const RealmCall& at = entered->at;
  const auto person = co_await find_person(at);
  if (!person) co_return fail(person);
  for (;;) {
    const auto sessions = co_await provider.sessions.open_of(at.realm->name, person->id, at.deadline());
    if (!sessions) co_return fail(sessions);
    for (const OpenSession& open : *sessions) {
      const auto ended = co_await end_session(*entered, open.session.id);
      if (!ended) co_return fail(ended);
    }
    if (sessions->size() < kOpenSessionsMax) co_return http::Response(204);
  }
}

Awaitable<Result<http::Response>> end_one(OpenIdProvider& provider, service::Call& call) {
  const auto entered = co_await enter(provider, call, Right::manage_users);
  if (!entered) co_return fail(entered);
  const RealmCall& at = entered->at;
  const std::string id(call.param("session"));
  const auto session = co_await provider.sessions.find(at.realm->name, id, at.deadline());
  if (!session) co_return fail(session);
  if (!*session || !is_live(**session, at.realm->lifetimes, at.now))
    co_return refuse(ErrorKind::not_found, "unknown_session", "Session not found");
  const auto ended = co_await end_session(*entered, id);
  if (!ended) co_return fail(ended);
  co_return http::Response(204);
}

using Endpoint = Awaitable<Result<http::Response>> (*)(OpenIdProvider&, service::Call&);

Awaitable<Result<http::Response>> answer(Endpoint endpoint, OpenIdProvider& provider, service::Call& call) {
  auto response = co_await endpoint(provider, call);
  if (!response) co_return admin_error(response.error());
  co_return response;
}

// The longest that an access token of the realm lives.
std::chrono::seconds longest_token(const Realm& realm) {
  std::chrono::seconds longest = realm.lifetimes.access_token;
  for (const auto& [id, client] : realm.clients)
    longest = std::max(longest, client.access_token_lifetime.value_or(longest));
  return longest;
}

}  // namespace

Awaitable<Result<http::Response>> serve_user_sessions(OpenIdProvider& provider, service::Call& call) {
  return answer(list_sessions, provider, call);
}

Awaitable<Result<http::Response>> serve_user_logout(OpenIdProvider& provider, service::Call& call) {
  return answer(end_all, provider, call);
}

Awaitable<Result<http::Response>> serve_session_removal(OpenIdProvider& provider, service::Call& call) {
  return answer(end_one, provider, call);
}

Awaitable<Result<http::Response>> serve_ended_sessions(OpenIdProvider& provider, service::Call& call) {
  const auto at = enter_realm(provider, call);
  if (!at) co_return fail(at);
  const auto asked = call.query("since");
  if (!asked) co_return fail(asked);
  const auto millis = core::parse_int<std::int64_t>(asked->value_or("0"));
  if (!millis || *millis < 0 || *millis > kMillisMax)
    co_return refuse(ErrorKind::invalid, "invalid_field", "since: must be Unix milliseconds");
  const std::chrono::seconds keep = longest_token(*at->realm) + kClockSkewMax;
  const core::SystemTime since =
      std::max(at->now - keep, core::SystemTime{} + std::chrono::milliseconds{*millis});
  const auto ids = co_await provider.sessions.ended_since(at->realm->name, since, at->deadline());
  if (!ids) co_return fail(ids);
  json::array sessions(ids->begin(), ids->end());
  co_return private_json(200, {{"now", core::unix_millis(at->now)},
                               {"keep_seconds", keep.count()},
                               {"sessions", std::move(sessions)}});
}

}  // namespace gatehouse::auth_server
