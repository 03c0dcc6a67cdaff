#include "auth_server/protocol/login.hpp"

#include "auth_server/protocol/authorize.hpp"
#include "auth_server/protocol/form_call.hpp"
#include "auth_server/protocol/sign_in.hpp"
#include "auth_server/tokens/read.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kTimedOut = "You took too long to sign in. Please try again.";
constexpr std::string_view kNotYours = "This sign-in page is no longer valid. Please try again.";

bool contradicts_hint(const RealmCall& at, const AuthorizeRequest& request, const Person& person) {
  if (request.id_token_hint.empty()) return false;
  const auto hint = read_id_token_hint(request.id_token_hint, *at.keys, *at.realm);
  return !hint || hint->person_id != person.id;
}

Awaitable<Result<http::Response>> log_in(const RealmCall& at, const AuthorizeRequest& request,
                                         const Parameters& parameters) {
  const auto form = co_await read_form(at.call);
  if (!form) co_return fail(form);
  const auto person = co_await verify_credentials(at, *form);
  if (!person) {
    if (person.error().kind != ErrorKind::unauthenticated) co_return fail(person);
    const LoginNotice wrong{std::string(kWrongCredentials),
                            form->get("username").substr(0, kUsernameBytesMax), 200};
    co_return show_login(at, request, parameters, wrong);
  }
  if (contradicts_hint(at, request, *person)) {
    const RedirectError other{request.back, "login_required", "Another person logged in"};
    co_return send_back(303, other, *at.realm);
  }
  co_return co_await let_in(at, request, person->id);
}

}  // namespace

Awaitable<Result<http::Response>> serve_login(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const auto form = read_returned_form(*entered, "login");
  if (!form) co_return error_page(form.error());
  const AuthorizeOutcome outcome = read_authorize_request(form->parameters, *entered->realm);
  if (auto refusal = refusal_of(outcome, 303, *entered->realm)) co_return *std::move(refusal);
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
