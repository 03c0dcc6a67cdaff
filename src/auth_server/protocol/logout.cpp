#include "auth_server/protocol/logout.hpp"

#include "auth_server/pages/pages.hpp"
#include "auth_server/protocol/answers.hpp"
#include "auth_server/protocol/client_authentication.hpp"
#include "auth_server/protocol/cookies.hpp"
#include "auth_server/protocol/cors.hpp"
#include "auth_server/protocol/logout_request.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

unsigned redirect_status(const RealmCall& at) {
  return at.call.exchange.request.method == "POST" ? 303 : 302;
}

http::Response goodbye(const RealmCall& at, const LogoutRequest& request) {
  const std::string location = logout_location(request);
  http::Response response = location.empty() ? message_page({"Signed out", "You are signed out."})
                                             : redirect(redirect_status(at), location);
  clear_cookie(response, kSessionCookie);
  return response;
}

Awaitable<Result<http::Response>> end_and_leave(const RealmCall& at, const LogoutRequest& request,
                                                std::string session_id) {
  auto ended = co_await at.provider.sessions.end(at.realm->name, session_id, at.now, at.deadline());
  if (!ended) co_return fail(ended);
  at.provider.metrics.logouts.add();
  log::info("logout", "a person logged out",
            {log::field("session.id", session_id), log::field(at.call.exchange.trace)});
  co_return goodbye(at, request);
}

http::Response ask(const RealmCall& at, const LogoutRequest& request, const Parameters& parameters) {
  http::Response cookies;
  Flow flow{"logout", at.realm->name, flow_cookie(at, cookies), core::encode_form(parameters.pairs())};
  constexpr std::string_view path = "protocol/openid-connect/logout/logout-confirm";
  const std::string source = request.redirect_uri.empty() ? "" : csp_source_of(request.redirect_uri);
  http::Response response =
      logout_page({at.realm->display_name, form_action(at, path, std::move(flow)), source});
  for (const http::HeaderField field : cookies.headers) response.headers.add(field.name, field.value);
  return response;
}

Result<std::optional<IdTokenHint>> read_hint(const RealmCall& at, const Parameters& parameters) {
  if (!parameters.has("id_token_hint")) return std::nullopt;
  auto hint = read_id_token_hint(parameters.get("id_token_hint"), *at.keys, *at.realm);
  if (!hint) return refuse(ErrorKind::invalid, "invalid_request", "Invalid parameter: id_token_hint");
  return *std::move(hint);
}

// A browser that sends no cookie has no session to protect from being ended by a stranger's link. If it shows
// an id token, its application means the session of that token; to end nothing would leave refresh tokens
// alive that the person believes gone.
Awaitable<Result<std::optional<Session>>> session_to_end(const RealmCall& at, const LogoutRequest& request) {
  if (!request.hint || cookie_of(at.headers(), kSessionCookie)) co_return co_await find_session(at);
  auto session = co_await at.provider.sessions.find(at.realm->name, request.hint->session_id, at.deadline());
  if (session && *session && !is_live(**session, at.realm->lifetimes, at.now)) session->reset();
  co_return session;
}

// A form posted from another site comes without our cookie (SameSite=Lax); the same request as a link has it.
std::optional<http::Response> as_link(const RealmCall& at, const Parameters& parameters) {
  const bool is_post = at.call.exchange.request.method == "POST";
  if (!is_post || parameters.has("id_token_hint") || cookie_of(at.headers(), kSessionCookie))
    return std::nullopt;
  return redirect(303, fmt::format("/realms/{}/protocol/openid-connect/logout?{}", at.realm->name,
                                   core::encode_form(parameters.pairs())));
}

Awaitable<Result<http::Response>> log_out(const RealmCall& at, const Parameters& parameters) {
  auto hint = read_hint(at, parameters);
  if (!hint) co_return fail(hint);
  const auto read = read_logout_request(parameters, *std::move(hint), *at.realm);
  if (const auto* error = std::get_if<PageError>(&read)) co_return error_page(*error);
  if (auto link = as_link(at, parameters)) co_return *std::move(link);
  const auto& request = std::get<LogoutRequest>(read);
  auto session = co_await session_to_end(at, request);
  if (!session) co_return fail(session);
  switch (decide_logout(request, *session)) {
    case LogoutDecision::end:
      co_return co_await end_and_leave(at, request, (*session)->id);
    case LogoutDecision::ask:
      co_return ask(at, request, parameters);
    case LogoutDecision::nobody:
      break;
  }
  co_return goodbye(at, request);
}

// A refresh token proves the session as well as a cookie does.
Awaitable<Result<void>> log_out_by_token(const RealmCall& at, const Parameters& form) {
  const auto presented = read_client(at.headers().get("Authorization"), form);
  if (!presented) co_return fail(presented);
  const auto client = authenticate_client(*at.realm, *presented);
  if (!client) co_return fail(client);
  const auto token = read_refresh_token(form.get("refresh_token"), *at.keys, *at.realm, at.now);
  if (!token || token->client_id != (*client)->client_id) {
    co_return refuse(ErrorKind::invalid, "invalid_grant", "Invalid refresh token");
  }
  auto ended = co_await at.provider.sessions.end(at.realm->name, token->session_id, at.now, at.deadline());
  if (ended) at.provider.metrics.logouts.add();
  co_return ended;
}

Awaitable<Result<http::Response>> answer_token_logout(const RealmCall& at, const Parameters& form) {
  auto ended = co_await log_out_by_token(at, form);
  http::Response response = ended ? http::Response(204) : oauth_error(ended.error());
  allow_origin(response, at.headers(), at.realm->find_client(form.get("client_id")));
  co_return response;
}

}  // namespace

Awaitable<Result<http::Response>> serve_logout(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const auto parameters = co_await read_browser_request(*entered);
  if (!parameters) co_return error_page(parameters.error());
  const bool is_post = call.exchange.request.method == "POST";
  if (is_post && parameters->has("refresh_token"))
    co_return co_await answer_token_logout(*entered, *parameters);
  auto response = co_await log_out(*entered, *parameters);
  if (!response) co_return error_page(response.error());
  co_return response;
}

Awaitable<Result<http::Response>> serve_logout_confirmation(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const RealmCall& at = *entered;
  const auto form = read_returned_form(at, "logout");
  if (!form) co_return error_page(form.error());
  auto hint = read_hint(at, form->parameters);
  if (!hint) co_return error_page(hint.error());
  const auto read = read_logout_request(form->parameters, *std::move(hint), *at.realm);
  if (const auto* error = std::get_if<PageError>(&read)) co_return error_page(*error);
  const auto& request = std::get<LogoutRequest>(read);
  if (form->check != FlowCheck::good) co_return ask(at, request, form->parameters);
  auto session = co_await find_session(at);
  if (!session) co_return error_page(session.error());
  if (!*session) co_return goodbye(at, request);
  auto response = co_await end_and_leave(at, request, (*session)->id);
  if (!response) co_return error_page(response.error());
  co_return response;
}

}  // namespace gatehouse::auth_server
