#include "auth_server/protocol/browser.hpp"

#include "auth_server/clients/scopes.hpp"
#include "auth_server/pages/pages.hpp"
#include "auth_server/protocol/answers.hpp"
#include "auth_server/protocol/cookies.hpp"
#include "auth_server/protocol/form_call.hpp"
#include "core/ids.hpp"
#include "http/problem.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {

http::Response error_page(const Error& error) {
  if (error.origin == Origin::client) {
    const std::string message =
        error.detail.empty() ? std::string("The request cannot be answered.") : error.detail;
    return message_page({"We are sorry", message, http::status_of(error.kind)});
  }
  log::error("login-fault", "a page could not be shown", {log::field(error)});
  http::Response response = message_page(
      {"We are sorry", "Signing in is not possible at the moment. Please try again shortly.", 503});
  response.headers.set("Retry-After", "1");
  return response;
}

http::Response error_page(const PageError& error) {
  return message_page({"We are sorry", error.message, 400});
}

Awaitable<Result<std::optional<Session>>> find_session(const RealmCall& at) {
  auto cookie = cookie_of(at.headers(), kSessionCookie);
  if (!cookie) co_return std::optional<Session>{};
  auto session =
      co_await at.provider.sessions.find_by_cookie(at.realm->name, *std::move(cookie), at.deadline());
  if (session && *session && !is_live(**session, at.realm->lifetimes, at.now)) session->reset();
  co_return session;
}

std::string flow_cookie(const RealmCall& at, http::Response& response) {
  if (auto cookie = cookie_of(at.headers(), kFlowCookie)) return *std::move(cookie);
  std::string fresh = core::random_token(32);
  set_cookie(response, kFlowCookie, fresh);
  return fresh;
}

std::string form_action(const RealmCall& at, std::string_view path, Flow flow) {
  const std::string token = make_flow_token(at.keys->derived(kFlowTokenPurpose), flow, at.now);
  return fmt::format("/realms/{}/{}?{}{}{}={}", at.realm->name, path, flow.parameters,
                     flow.parameters.empty() ? "" : "&", kFlowParameter, token);
}

Result<ReturnedForm> read_returned_form(const RealmCall& at, std::string_view form_name) {
  auto pairs = core::parse_form(at.call.exchange.request.query(), 64);
  if (!pairs) return refuse(ErrorKind::invalid, "invalid_request", "malformed or too many parameters");
  std::string token;
  std::erase_if(*pairs, [&](const auto& pair) {
    if (pair.first != kFlowParameter) return false;
    token = pair.second;
    return true;
  });
  Flow flow{form_name, at.realm->name, cookie_of(at.headers(), kFlowCookie).value_or(""),
            core::encode_form(*pairs)};
  auto parameters = Parameters::parse(flow.parameters);
  if (!parameters) return fail(parameters);
  const FlowCheck check = check_flow_token(at.keys->derived(kFlowTokenPurpose), flow, token,
                                           at.realm->lifetimes.login_flow, at.now);
  return ReturnedForm{*std::move(parameters), check};
}

Awaitable<Result<Parameters>> read_browser_request(const RealmCall& at) {
  if (at.call.exchange.request.method != "POST")
    co_return Parameters::parse(at.call.exchange.request.query());
  const auto body = co_await at.call.body(64 * 1024);
  if (!body) co_return fail(body);
  co_return Parameters::parse(*body);
}

std::optional<http::Response> refusal_of(const AuthorizeOutcome& outcome, unsigned redirect_status,
                                         const Realm& realm) {
  if (const auto* error = std::get_if<PageError>(&outcome)) return error_page(*error);
  if (const auto* error = std::get_if<RedirectError>(&outcome))
    return send_back(redirect_status, *error, realm);
  return std::nullopt;
}

http::Response send_back(unsigned status, const RedirectError& error, const Realm& realm) {
  return redirect(status, location_of(error.back, error_answer(error, realm.issuer)));
}

Awaitable<Result<http::Response>> send_back_with_code(const RealmCall& at, unsigned status,
                                                      const AuthorizeRequest& request,
                                                      const Session& session) {
  const std::string code = core::random_token(32);
  AuthorizationCode record;
  record.realm = at.realm->name;
  record.client_id = request.client->client_id;
  record.redirect_uri = request.back.redirect_uri;
  record.code_challenge = request.code_challenge;
  record.session_id = session.id;
  record.person_id = session.person_id;
  record.scope = stored_text(request.scopes);
  record.nonce = request.nonce;
  record.authenticated_at = session.authenticated_at;
  record.expires_at = at.now + at.realm->lifetimes.authorization_code;
  auto stored = co_await at.provider.grants.put_code(code, std::move(record), at.deadline());
  if (!stored) co_return fail(stored);
  const core::FormPairs answer = success_answer(request.back, at.realm->issuer, session.id, code);
  co_return redirect(status, location_of(request.back, answer));
}

}  // namespace gatehouse::auth_server
