#include "auth_server/protocol/registration.hpp"

#include <algorithm>

#include "auth_server/pages/pages.hpp"
#include "auth_server/protocol/form_call.hpp"
#include "auth_server/protocol/sign_in.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kFlowForm = "registration";
constexpr std::string_view kNotAllowed = "Registration not allowed";  // Keycloak's text
constexpr std::string_view kTimedOut = "You took too long to sign up. Please try again.";
constexpr std::string_view kNotYours = "This page is no longer valid. Please try again.";
constexpr std::string_view kTooMany = "Too many accounts were tried from here. Please wait a minute.";
constexpr std::string_view kLookBelow = "Please correct what is marked below.";
// Far below what a question to the auth service may hold; its own limits are tighter and say more.
constexpr std::size_t kTextBytesMax = 254;

// Why nobody can sign up with this request. A page would have to be shown, and whoever signs up is never the
// person whom a hint names (OpenID Connect Core section 3.1.2.1).
std::optional<AuthorizeOutcome> obstacle(const Realm& realm, const AuthorizeRequest& request) {
  if (!realm.registration_allowed) return PageError{std::string(kNotAllowed)};
  if (request.prompt == Prompt::none) return RedirectError{request.back, "interaction_required", ""};
  if (!request.id_token_hint.empty())
    return RedirectError{request.back, "invalid_request", "Invalid parameter: id_token_hint"};
  return std::nullopt;
}

// Back to the login page, which prompt=create would not show.
std::string login_link(const RealmCall& at, const Parameters& parameters) {
  core::FormPairs pairs = parameters.pairs();
  std::erase_if(pairs,
                [](const auto& pair) { return pair.first == "prompt" && pair.second.contains("create"); });
  return fmt::format("/realms/{}/protocol/openid-connect/auth?{}", at.realm->name, core::encode_form(pairs));
}

http::Response show(const RealmCall& at, const AuthorizeRequest& request, const Parameters& parameters,
                    RegistrationPage page) {
  http::Response cookies;
  Flow flow{kFlowForm, at.realm->name, flow_cookie(at, cookies), core::encode_form(parameters.pairs())};
  page.realm_name = at.realm->display_name;
  page.client_name = request.client->name;
  page.action = form_action(at, "login-actions/registration", std::move(flow));
  page.login_link = login_link(at, parameters);
  page.redirect_source = csp_source_of(request.back.redirect_uri);
  http::Response response = registration_page(page);
  for (const http::HeaderField field : cookies.headers) response.headers.add(field.name, field.value);
  return response;
}

RegistrationPage page_with_hint(const AuthorizeRequest& request) {
  RegistrationPage page;
  FormField& hinted = request.login_hint.contains('@') ? page.email : page.username;
  hinted.value = request.login_hint.substr(0, kTextBytesMax);
  return page;
}

FormField read_text(const Parameters& form, std::string_view name, std::string_view what) {
  const std::string typed = form.get(name);
  FormField field{std::string(core::trim(typed)), ""};
  if (field.value.empty()) field.error = fmt::format("Please enter your {}.", what);
  if (field.value.size() > kTextBytesMax) field.error = "This is too long.";
  return field;
}

// The page as it is shown again: what was typed, the passwords left out, and what can be seen to be wrong
// without asking. What makes a good name, address or password the auth service alone knows.
RegistrationPage read_page(const Parameters& form) {
  RegistrationPage page;
  page.username = read_text(form, "username", "username");
  page.email = read_text(form, "email", "e-mail address");
  page.first_name = read_text(form, "firstName", "first name");
  page.last_name = read_text(form, "lastName", "last name");
  if (!form.has("password")) page.password.error = "Please enter a password.";
  if (form.get("password") != form.get("password-confirm"))
    page.password_again.error = "The two passwords differ.";
  return page;
}

bool has_error(const RegistrationPage& page) {
  return std::ranges::any_of(
      std::initializer_list<const FormField*>{&page.username, &page.email, &page.first_name, &page.last_name,
                                              &page.password, &page.password_again},
      [](const FormField* field) { return !field->error.empty(); });
}

// "a password has at least 12 characters" → a sentence.
std::string sentence_of(std::string words) {
  if (words.empty()) return "This cannot be used.";
  if (words.front() >= 'a' && words.front() <= 'z')
    words.front() = static_cast<char>(words.front() - 'a' + 'A');
  return words + ".";
}

struct Fault {
  std::string_view reason;
  FormField RegistrationPage::* field;
  std::string_view words;  // empty: those of the auth service, which has the rule
};

constexpr Fault kFaults[] = {
    {"username_taken", &RegistrationPage::username, "This username is already taken."},
    {"email_taken", &RegistrationPage::email, "There is an account with this e-mail address already."},
    {"invalid_username", &RegistrationPage::username, ""},
    {"invalid_email", &RegistrationPage::email, "Please enter an e-mail address such as name@example.com."},
    {"invalid_name", &RegistrationPage::last_name, ""},
    {"weak_password", &RegistrationPage::password, ""},
};

// Puts what the auth service found beside its field. False: it is not about what was typed.
bool mark(RegistrationPage& page, const Error& error) {
  const Fault* const fault = std::ranges::find(kFaults, error.reason, &Fault::reason);
  if (fault == std::end(kFaults)) return false;
  (page.*fault->field).error = fault->words.empty() ? sentence_of(error.detail) : std::string(fault->words);
  return true;
}

Registration registration_of(const RealmCall& at, const RegistrationPage& page, const Parameters& form) {
  return {.realm = at.realm->name,
          .username = page.username.value,
          .email = Pii(page.email.value),
          .first_name = Pii(page.first_name.value),
          .last_name = Pii(page.last_name.value),
          .password = Secret(form.get("password")),
          .realm_roles = at.realm->default_roles};
}

// The new person, or the page that says what is wrong.
using Outcome = std::variant<Person, RegistrationPage>;
Awaitable<Result<Outcome>> create(const RealmCall& at, const Parameters& form) {
  RegistrationPage page = read_page(form);
  if (has_error(page)) co_return Outcome(std::move(page));
  if (!at.provider.limits.registrations.allows(at.address(), at.now)) {
    page.alert = kTooMany;
    page.status = 429;
    co_return Outcome(std::move(page));
  }
  Question question = at.question();
  Registration wanted = registration_of(at, page, form);
  auto person = co_await at.provider.people.create(std::move(wanted), std::move(question));
  if (person) co_return Outcome(*std::move(person));
  if (!mark(page, person.error())) co_return fail(person);
  co_return Outcome(std::move(page));
}

void note_registration(const RealmCall& at, const Client& client, const Person& person) {
  at.provider.metrics.registrations.add();
  log::info("register", "a person signed up",
            {log::field("user.id", person.id), log::field("client.id", client.client_id),
             log::field(at.call.exchange.trace)});
}

Awaitable<Result<http::Response>> sign_up(const RealmCall& at, const AuthorizeRequest& request,
                                          const Parameters& parameters) {
  const auto form = co_await read_form(at.call);
  if (!form) co_return fail(form);
  auto outcome = co_await create(at, *form);
  if (!outcome) co_return fail(outcome);
  if (auto* page = std::get_if<RegistrationPage>(&*outcome)) {
    at.provider.metrics.refused_registrations.add();
    if (page->alert.empty()) page->alert = kLookBelow;
    co_return show(at, request, parameters, std::move(*page));
  }
  const auto& person = std::get<Person>(*outcome);
  note_registration(at, *request.client, person);
  co_return co_await let_in(at, request, person.id);
}

}  // namespace

http::Response offer_registration(const RealmCall& at, const AuthorizeRequest& request,
                                  const Parameters& parameters) {
  if (const auto why = obstacle(*at.realm, request)) return *refusal_of(*why, 302, *at.realm);
  return show(at, request, parameters, page_with_hint(request));
}

std::string registration_link(const RealmCall& at, const AuthorizeRequest& request,
                              const Parameters& parameters) {
  if (obstacle(*at.realm, request)) return {};
  return fmt::format("/realms/{}/protocol/openid-connect/registrations?{}", at.realm->name,
                     core::encode_form(parameters.pairs()));
}

Awaitable<Result<http::Response>> serve_registration(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return error_page(entered.error());
  const auto form = read_returned_form(*entered, kFlowForm);
  if (!form) co_return error_page(form.error());
  const AuthorizeOutcome outcome = read_authorize_request(form->parameters, *entered->realm);
  if (auto refusal = refusal_of(outcome, 303, *entered->realm)) co_return *std::move(refusal);
  const auto& request = std::get<AuthorizeRequest>(outcome);
  if (const auto why = obstacle(*entered->realm, request)) co_return *refusal_of(*why, 303, *entered->realm);
  if (form->check != FlowCheck::good) {
    const bool is_late = form->check == FlowCheck::expired;
    RegistrationPage again = page_with_hint(request);
    again.alert = is_late ? kTimedOut : kNotYours;
    again.status = is_late ? 200 : 400;
    co_return show(*entered, request, form->parameters, std::move(again));
  }
  auto response = co_await sign_up(*entered, request, form->parameters);
  if (!response) co_return error_page(response.error());
  co_return response;
}

}  // namespace gatehouse::auth_server
