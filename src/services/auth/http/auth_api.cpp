#include "services/auth/http/auth_api.hpp"

#include <fmt/format.h>

#include "http/problem.hpp"
#include "services/auth/http/person_json.hpp"
#include "services/auth/http/policy.hpp"
#include "services/auth/http/request_body.hpp"
#include "services/auth/usecases/assign_roles.hpp"
#include "services/auth/usecases/erase_person.hpp"
#include "services/auth/usecases/export_person.hpp"
#include "services/auth/usecases/get_person.hpp"
#include "services/auth/usecases/list_people.hpp"
#include "services/auth/usecases/register_person.hpp"

namespace gatehouse::auth {

using service::Call;

namespace {

PersonView view_of(const identity::RoleTable& roles, const Call& call, const Person& person) {
  const auto& principal = call.access.principal;
  if (principal.subject == person.id) return PersonView::whole;
  const bool may_change = roles.widest(principal.roles, "user", "update") == identity::Scope::any;
  return may_change ? PersonView::whole : PersonView::masked;
}

}  // namespace

AuthApi::AuthApi(Ports ports, std::string realm, telemetry::Metrics& metrics)
    : ports_(ports), realm_(std::move(realm)), roles_(policy().roles), metrics_(metrics) {}

void AuthApi::add_routes(service::Router& router) {
  router.route("POST", "/internal/credentials/verify", [this](Call& call) { return verify(call); });
  router.route("POST", "/internal/users", [this](Call& call) { return register_person(call); });
  router.route("GET", "/internal/users/{id}", [this](Call& call) { return show_for_tokens(call); });
  router.route("GET", "/users", [this](Call& call) { return list(call); });
  router.route("POST", "/users", [this](Call& call) { return create(call); });
  router.route("GET", "/users/{id}", [this](Call& call) { return show(call); });
  router.route("PATCH", "/users/{id}", [this](Call& call) { return update(call); });
  router.route("DELETE", "/users/{id}", [this](Call& call) { return erase(call); });
  router.route("GET", "/users/{id}/export", [this](Call& call) { return export_person(call); });
  router.route("PUT", "/users/{id}/password", [this](Call& call) { return set_password(call); });
  router.route("PUT", "/users/{id}/roles", [this](Call& call) { return assign_roles(call); });
  router.route("GET", "/users/{id}/audit", [this](Call& call) { return show_audit(call); });
  router.route("GET", "/roles", [this](Call& call) { return list_roles(call); });
}

PersonKey AuthApi::key_of(const Call& call) const {
  const std::string& id = call.param("id");
  return {.realm = realm_, .id = id == "me" ? call.access.principal.subject : id};
}

http::Response AuthApi::answer(const Call& call, unsigned status, const Person& person) const {
  http::Response response = http::json_response(status, json_of(person, view_of(roles_, call, person)));
  response.headers.set("ETag", entity_tag_of(person));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

// By the reason, of which there are a handful: never by who.
void AuthApi::count_check(const Result<Person>& outcome) {
  const std::string_view label = outcome ? "passed" : outcome.error().reason;
  metrics_
      .counter("auth_credential_checks_total", "Names and passwords that were tried, by outcome.",
               {{"outcome", std::string(label)}})
      .add();
}

AuthApi::Answer AuthApi::verify(Call& call) {
  const auto body = co_await call.json_body();
  if (!body) co_return fail(body);
  auto attempt = login_attempt_of(call, *body);
  if (!attempt) co_return fail(attempt);
  const auto person = co_await verify_credentials(ports_, std::move(*attempt));
  count_check(person);
  if (!person) co_return fail(person);
  co_return http::json_response(200, claims_json_of(*person));
}

AuthApi::Answer AuthApi::register_person(Call& call) {
  const auto body = co_await call.json_body();
  if (!body) co_return fail(body);
  auto wanted = registration_of(*body);
  if (!wanted) co_return fail(wanted);
  const auto person = co_await auth::register_person(ports_, call.access, std::move(*wanted));
  if (!person) co_return fail(person);
  co_return http::json_response(201, claims_json_of(*person));
}

AuthApi::Answer AuthApi::show_for_tokens(Call& call) {
  const auto realm = call.query("realm");
  if (!realm) co_return fail(realm);
  PersonKey key{.realm = realm->value_or(realm_), .id = call.param("id")};
  const auto person = co_await get_person_for_tokens(ports_, std::move(key));
  if (!person) co_return fail(person);
  co_return http::json_response(200, claims_json_of(*person));
}

AuthApi::Answer AuthApi::list(Call& call) {
  auto page = page_of(call);
  if (!page) co_return fail(page);
  const auto found = co_await list_people(ports_, call.access, realm_, std::move(*page));
  if (!found) co_return fail(found);
  json::array items;
  for (const Person& person : found->people) items.push_back(json_of(person, view_of(roles_, call, person)));
  json::value next = nullptr;
  if (found->has_more && !found->people.empty()) next = json::value(cursor_after(found->people.back()));
  const json::object body{
      {"items", std::move(items)}, {"has_more", found->has_more}, {"next_cursor", std::move(next)}};
  co_return http::json_response(200, body);
}

AuthApi::Answer AuthApi::create(Call& call) {
  const auto body = co_await call.json_body();
  if (!body) co_return fail(body);
  auto wanted = new_person_of(*body, realm_);
  if (!wanted) co_return fail(wanted);
  const auto person = co_await create_person(ports_, call.access, std::move(*wanted));
  if (!person) co_return fail(person);
  http::Response response = answer(call, 201, *person);
  response.headers.set("Location", fmt::format("/users/{}", person->id));
  co_return response;
}

AuthApi::Answer AuthApi::show(Call& call) {
  const auto person = co_await get_person(ports_, call.access, key_of(call));
  if (!person) co_return fail(person);
  co_return answer(call, 200, *person);
}

AuthApi::Answer AuthApi::update(Call& call) {
  const auto version = expected_version_of(call);
  if (!version) co_return fail(version);
  const auto body = co_await call.json_body();
  if (!body) co_return fail(body);
  auto changes = person_changes_of(*body);
  if (!changes) co_return fail(changes);
  const auto person =
      co_await update_person(ports_, call.access, key_of(call), *version, std::move(*changes));
  if (!person) co_return fail(person);
  co_return answer(call, 200, *person);
}

AuthApi::Answer AuthApi::erase(Call& call) {
  const auto version = expected_version_of(call);
  if (!version) co_return fail(version);
  const auto erased = co_await erase_person(ports_, call.access, key_of(call), *version);
  if (!erased) co_return fail(erased);
  co_return http::Response(204);
}

AuthApi::Answer AuthApi::export_person(Call& call) {
  const auto exported = co_await auth::export_person(ports_, call.access, key_of(call));
  if (!exported) co_return fail(exported);
  http::Response response = http::json_response(200, json_of(*exported));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Content-Disposition", "attachment; filename=\"person.json\"");
  co_return response;
}

AuthApi::Answer AuthApi::set_password(Call& call) {
  const auto body = co_await call.json_body();
  if (!body) co_return fail(body);
  auto wanted = password_change_of(*body);
  if (!wanted) co_return fail(wanted);
  const auto person = co_await auth::set_password(ports_, call.access, key_of(call), std::move(*wanted));
  if (!person) co_return fail(person);
  http::Response response(204);
  response.headers.set("ETag", entity_tag_of(*person));
  co_return response;
}

AuthApi::Answer AuthApi::assign_roles(Call& call) {
  const auto version = expected_version_of(call);
  if (!version) co_return fail(version);
  const auto body = co_await call.json_body();
  if (!body) co_return fail(body);
  auto wanted = role_assignment_of(*body);
  if (!wanted) co_return fail(wanted);
  const auto person =
      co_await auth::assign_roles(ports_, call.access, key_of(call), *version, std::move(*wanted));
  if (!person) co_return fail(person);
  co_return answer(call, 200, *person);
}

AuthApi::Answer AuthApi::show_audit(Call& call) {
  const auto records = co_await get_audit(ports_, call.access, key_of(call));
  if (!records) co_return fail(records);
  json::array items;
  for (const AuditRecord& record : *records) items.push_back(json_of(record));
  const json::object body{{"items", std::move(items)}};
  co_return http::json_response(200, body);
}

AuthApi::Answer AuthApi::list_roles(Call&) {
  const auto roles = co_await auth::list_roles(ports_, realm_);
  if (!roles) co_return fail(roles);
  json::array items;
  for (const Role& role : *roles) items.push_back(json_of(role));
  const json::object body{{"items", std::move(items)}};
  co_return http::json_response(200, body);
}

}  // namespace gatehouse::auth
