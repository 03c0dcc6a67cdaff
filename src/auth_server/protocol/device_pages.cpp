#include "auth_server/protocol/device_pages.hpp"

#include "auth_server/pages/pages.hpp"
#include "auth_server/protocol/cookies.hpp"
#include "auth_server/protocol/form_call.hpp"
#include "auth_server/protocol/sign_in.hpp"
#include "auth_server/sessions/device_grant.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kUserCode = "user_code";
constexpr std::string_view kUnknownCode =
    "This code is not known, or its time is over. Look at your device again.";
constexpr std::string_view kTooMany = "Too many codes were tried from here. Please wait a minute.";
constexpr std::string_view kNotYours = "This page is no longer valid. Please enter the code again.";

// A page with a form that comes back to this browser only.
template <class Page, class Show>
http::Response with_form(const RealmCall& at, Page page, std::string_view form, std::string_view user_code,
                         Show show) {
  http::Response cookies;
  const core::FormPairs parameters = user_code.empty()
                                         ? core::FormPairs{}
                                         : core::FormPairs{{std::string(kUserCode), std::string(user_code)}};
  Flow flow{form, at.realm->name, flow_cookie(at, cookies), core::encode_form(parameters)};
  page.realm_name = at.realm->display_name;
  page.action = form_action(at, fmt::format("device/{}", form.substr(std::string_view("device-").size())),
                            std::move(flow));
  http::Response response = show(page);
  for (const http::HeaderField field : cookies.headers) response.headers.add(field.name, field.value);
  return response;
}

http::Response ask_code(const RealmCall& at, std::string_view shown, std::string_view alert,
                        unsigned status = 200) {
  return with_form(
      at, DeviceCodePage{.user_code = std::string(shown), .alert = std::string(alert), .status = status},
      "device-code", {}, device_code_page);
}

http::Response ask_login(const RealmCall& at, const Client& client, std::string_view user_code,
                         std::string_view alert = {}, std::string_view username = {}) {
  return with_form(
      at,
      LoginPage{.client_name = client.name, .username = std::string(username), .alert = std::string(alert)},
      "device-login", user_code, login_page);
}

http::Response ask_consent(const RealmCall& at, const Client& client, std::string_view user_code) {
  return with_form(at, DeviceConsentPage{.client_name = client.name, .user_code = shown_user_code(user_code)},
                   "device-answer", user_code, device_consent_page);
}

// The client of a device that can still be let in. Null if there is none.
Awaitable<Result<const Client*>> waiting_client(const RealmCall& at, const std::string& user_code) {
  const auto grant = co_await at.provider.devices.find(at.realm->name, user_code, at.deadline());
  if (!grant) co_return fail(grant);
  const bool is_waiting =
      *grant && (*grant)->decision == DeviceDecision::pending && at.now < (*grant)->expires_at;
  if (!is_waiting) co_return nullptr;
  const Client* const client = at.realm->find_client((*grant)->client_id);
  co_return client != nullptr && client->grants.device ? client : nullptr;
}

// What came back with one of the forms behind the code: whose device it is about, and whether the form is
// this browser's. A page instead if there is nothing to go on with.
struct Step {
  std::string user_code;
  const Client* client = nullptr;
};
Awaitable<Result<std::variant<Step, http::Response>>> read_step(const RealmCall& at,
                                                                std::string_view form_name) {
  using Outcome = std::variant<Step, http::Response>;
  const auto form = read_returned_form(at, form_name);
  if (!form) co_return fail(form);
  if (form->check != FlowCheck::good) co_return Outcome(ask_code(at, {}, kNotYours, 400));
  const auto user_code = normal_user_code(form->parameters.get(kUserCode));
  const auto client = user_code ? co_await waiting_client(at, *user_code) : Result<const Client*>(nullptr);
  if (!client) co_return fail(client);
  if (*client == nullptr) co_return Outcome(ask_code(at, {}, kUnknownCode));
  co_return Outcome(Step{*user_code, *client});
}

Awaitable<Result<http::Response>> take_code(const RealmCall& at) {
  const auto form = co_await read_form(at.call);
  if (!form) co_return fail(form);
  const std::string typed = form->get(kUserCode);
  if (!at.provider.limits.user_codes.allows(at.address(), at.now))
    co_return ask_code(at, typed, kTooMany, 429);
  const auto user_code = normal_user_code(typed);
  if (!user_code) co_return ask_code(at, typed, kUnknownCode);
  const auto client = co_await waiting_client(at, *user_code);
  if (!client) co_return fail(client);
  if (*client == nullptr) co_return ask_code(at, typed, kUnknownCode);
  const auto session = co_await find_session(at);
  if (!session) co_return fail(session);
  co_return *session ? ask_consent(at, **client, *user_code) : ask_login(at, **client, *user_code);
}

Awaitable<Result<http::Response>> log_in(const RealmCall& at, const Step& step) {
  const auto form = co_await read_form(at.call);
  if (!form) co_return fail(form);
  const auto person = co_await verify_credentials(at, *form);
  if (!person && person.error().kind != ErrorKind::unauthenticated) co_return fail(person);
  if (!person)
    co_return ask_login(at, *step.client, step.user_code, kWrongCredentials,
                        form->get("username").substr(0, kUsernameBytesMax));
  const auto opened = co_await open_session(at, person->id);
  if (!opened) co_return fail(opened);
  http::Response response = ask_consent(at, *step.client, step.user_code);
  set_cookie(response, kSessionCookie, opened->cookie);
  note_login(at, *step.client, opened->session);
  co_return response;
}

Awaitable<Result<http::Response>> take_answer(const RealmCall& at, const Step& step) {
  const auto form = co_await read_form(at.call);
  if (!form) co_return fail(form);
  const auto session = co_await find_session(at);
  if (!session) co_return fail(session);
  if (!*session) co_return ask_login(at, *step.client, step.user_code);
  const bool is_approved = form->has("approve");
  const DeviceAnswer answer{is_approved ? DeviceDecision::approved : DeviceDecision::denied, **session};
  const auto is_taken =
      co_await at.provider.devices.answer(at.realm->name, step.user_code, answer, at.now, at.deadline());
  if (!is_taken) co_return fail(is_taken);
  if (!*is_taken) co_return ask_code(at, {}, kUnknownCode);
  log::info("device-answer", is_approved ? "a person let a device in" : "a person refused a device",
            {log::field("user.id", (*session)->person_id), log::field("client.id", step.client->client_id),
             log::field(at.call.exchange.trace)});
  if (is_approved) co_return message_page({"Device connected", "You can go back to your device now."});
  co_return message_page({"Device refused", "It was not let in. You can close this page."});
}

using Next = Awaitable<Result<http::Response>> (*)(const RealmCall&, const Step&);

Awaitable<Result<http::Response>> serve_step(OpenIdProvider& provider, service::Call& call,
                                             std::string_view form_name, Next next) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  auto step = co_await read_step(*entered, form_name);
  if (!step) co_return error_page(step.error());
  if (auto* page = std::get_if<http::Response>(&*step)) co_return std::move(*page);
  auto response = co_await next(*entered, std::get<Step>(*step));
  if (!response) co_return error_page(response.error());
  co_return response;
}

}  // namespace

Awaitable<Result<http::Response>> serve_device(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const auto parameters = Parameters::parse(call.exchange.request.query());
  if (!parameters) co_return error_page(parameters.error());
  const auto user_code = normal_user_code(parameters->get(kUserCode));
  co_return ask_code(*entered, user_code ? shown_user_code(*user_code) : std::string(), {});
}

Awaitable<Result<http::Response>> serve_device_code(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const auto form = read_returned_form(*entered, "device-code");
  if (!form) co_return error_page(form.error());
  if (form->check != FlowCheck::good) co_return ask_code(*entered, {}, kNotYours, 400);
  auto response = co_await take_code(*entered);
  if (!response) co_return error_page(response.error());
  co_return response;
}

Awaitable<Result<http::Response>> serve_device_login(OpenIdProvider& provider, service::Call& call) {
  co_return co_await serve_step(provider, call, "device-login", log_in);
}

Awaitable<Result<http::Response>> serve_device_answer(OpenIdProvider& provider, service::Call& call) {
  co_return co_await serve_step(provider, call, "device-answer", take_answer);
}

}  // namespace gatehouse::auth_server
