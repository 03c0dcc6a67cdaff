#include "auth_server/protocol/userinfo.hpp"

#include "auth_server/clients/scopes.hpp"
#include "auth_server/protocol/access_check.hpp"
#include "auth_server/protocol/answers.hpp"
#include "auth_server/protocol/cors.hpp"
#include "auth_server/protocol/form_call.hpp"
#include "auth_server/tokens/claims.hpp"
#include "auth_server/tokens/read.hpp"

namespace gatehouse::auth_server {
namespace {

struct UserInfo {
  json::object claims;
  const Client* client = nullptr;
};

std::unexpected<Error> missing_token() {
  return refuse(ErrorKind::unauthenticated, "missing_token");
}

bool is_form_post(const service::Call& call) {
  return call.exchange.request.method == "POST" &&
         call.header("Content-Type").starts_with("application/x-www-form-urlencoded");
}

Awaitable<Result<UserInfo>> user_info(const RealmCall& at) {
  auto token = co_await read_bearer(at.call);
  if (!token) co_return fail(token);
  auto checked = co_await check_access_token(at, *std::move(token));
  if (!checked) co_return fail(checked);
  const auto scopes = parse_scope(text_claim(checked->claims, "scope"));
  if (!scopes || !scopes->contains("openid") || !checked->person) {
    co_return refuse(ErrorKind::forbidden, "insufficient_scope", "Missing openid scope");
  }
  json::object claims{{"sub", checked->person->id}};
  for (const auto& [name, value] : personal_claims(*checked->person, *scopes)) claims[name] = value;
  co_return UserInfo{std::move(claims), checked->client};
}

}  // namespace

Awaitable<Result<std::string>> read_bearer(service::Call& call) {
  std::string token;
  if (const auto header = call.exchange.request.headers.find("Authorization")) {
    const auto parts = core::cut(*header, ' ');
    const bool is_bearer = parts && core::iequals(parts->first, "Bearer");
    if (!is_bearer || call.exchange.request.headers.count("Authorization") > 1) {
      co_return refuse(ErrorKind::invalid, "invalid_request", "Authorization must be one bearer token");
    }
    token = core::trim(parts->second);
  }
  if (is_form_post(call)) {
    const auto form = co_await read_form(call);
    if (!form) co_return fail(form);
    const std::string posted = form->get("access_token");
    if (!posted.empty() && !token.empty()) {
      co_return refuse(ErrorKind::invalid, "invalid_request", "The token is there twice");
    }
    if (token.empty()) token = posted;
  }
  if (token.empty()) co_return missing_token();
  co_return token;
}

Awaitable<Result<http::Response>> serve_userinfo(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return oauth_error(entered.error());
  auto answer = co_await user_info(*entered);
  http::Response response =
      answer ? private_json(200, answer->claims) : bearer_error(answer.error(), entered->realm->name);
  // The client is known from a verified token only (CVE-2026-37977); before that no origin is answered.
  allow_origin(response, entered->headers(), answer ? answer->client : nullptr);
  co_return response;
}

}  // namespace gatehouse::auth_server
