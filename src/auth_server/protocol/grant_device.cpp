// grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 sections 3.4 and 3.5).
//
// The person is asked for before the tokens are given: while the auth service cannot be reached, the device
// may try again with the same code.
#include "auth_server/clients/scopes.hpp"
#include "auth_server/protocol/device_authorization.hpp"
#include "auth_server/protocol/token.hpp"

namespace gatehouse::auth_server {
namespace {

Result<void> judge(DeviceVerdict verdict) {
  switch (verdict) {
    case DeviceVerdict::grant:
      return {};
    case DeviceVerdict::pending:
      return refuse(ErrorKind::invalid, "authorization_pending", "The request is still to be answered");
    case DeviceVerdict::slow_down:
      return refuse(ErrorKind::invalid, "slow_down", "Wait longer between two requests");
    case DeviceVerdict::denied:
      return refuse(ErrorKind::invalid, "access_denied", "The request was refused");
    case DeviceVerdict::expired:
      return refuse(ErrorKind::invalid, "expired_token", "The device code has expired");
    case DeviceVerdict::unknown:
      break;
  }
  return refuse(ErrorKind::invalid, "invalid_grant", "Device code not valid");
}

Awaitable<Result<Person>> find_standing(const FormCall& form, std::string person_id,
                                        core::SystemTime authenticated_at) {
  auto person = co_await find_person(form, std::move(person_id));
  if (!person) co_return person;
  if (auto standing = check_standing(*form.at.realm, *form.client, *person, authenticated_at); !standing)
    co_return fail(standing);
  co_return person;
}

// Nothing while the request is not approved.
Awaitable<Result<std::optional<Person>>> person_of(const FormCall& form, const PresentedDevice& presented) {
  auto grant =
      co_await form.at.provider.devices.find(form.at.realm->name, presented.user_code, form.at.deadline());
  if (!grant) co_return fail(grant);
  const bool is_approved = *grant && belongs_to(**grant, presented.polling) && !(*grant)->spent_at &&
                           (*grant)->decision == DeviceDecision::approved;
  if (!is_approved) co_return std::optional<Person>{};
  auto person = co_await find_standing(form, (*grant)->person_id, (*grant)->authenticated_at);
  if (!person) co_return fail(person);
  co_return std::optional(*std::move(person));
}

}  // namespace

Awaitable<Result<json::object>> grant_device(FormCall form) {
  if (!form.client->grants.device)
    co_return refuse(ErrorKind::invalid, "unauthorized_client", "Client not allowed for the device flow");
  const std::string code = form.form.get("device_code");
  if (code.empty()) co_return refuse(ErrorKind::invalid, "invalid_request", "Missing parameter: device_code");
  const auto presented = read_device_code(code, *form.client);
  if (!presented) co_return fail(judge(DeviceVerdict::unknown));
  auto known = co_await person_of(form, *presented);
  if (!known) co_return fail(known);

  const auto outcome =
      co_await form.at.provider.devices.poll(form.at.realm->name, presented->user_code, presented->polling,
                                             form.at.realm->lifetimes, form.at.now, form.at.deadline());
  if (!outcome) co_return fail(outcome);
  if (const auto granted = judge(outcome->verdict); !granted) co_return fail(granted);
  const RefreshFamily& family = *outcome->family;
  std::optional<Person> person = *std::move(known);
  if (!person) {  // approved between the two looks
    auto found = co_await find_standing(form, family.person_id, family.authenticated_at);
    if (!found) co_return fail(found);
    person = *std::move(found);
  }
  const auto scope = parse_scope(family.scope);
  if (!scope) co_return fail(ErrorKind::internal, "bad_device_row", "scope");
  auto scopes = narrow_scopes(*form.client, *scope, {});
  if (!scopes) co_return fail(scopes);
  co_return co_await sign_login_tokens(form.at, *form.client, *person, family, *outcome->session,
                                       *std::move(scopes));
}

}  // namespace gatehouse::auth_server
