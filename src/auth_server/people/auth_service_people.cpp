#include "auth_server/people/auth_service_people.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace gatehouse::auth_server {
namespace {

Names names_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

ClientRoles client_roles_of(const json::object* by_client) {
  ClientRoles roles;
  if (by_client == nullptr) return roles;
  for (const auto& [client, list] : *by_client) {
    Names& names = roles[std::string(std::string_view(client))];
    const json::array* array = list.if_array();
    if (array == nullptr) continue;
    for (const json::value& role : *array) {
      if (const json::string* name = role.if_string()) names.emplace(std::string_view(*name));
    }
  }
  return roles;
}

// What can be wrong with somebody who signs up. Kept as literals, which an Error's reason must be.
constexpr std::array<std::string_view, 6> kFaults = {"username_taken", "email_taken",  "invalid_username",
                                                     "invalid_email",  "invalid_name", "weak_password"};

// A problem document (RFC 9457) about a person who cannot be taken as he is.
Result<Person> fault_from_problem(const http::Reply& reply) {
  const auto document = core::parse_json_object(reply.content);
  std::string code;
  if (document) {
    Fields fields{*document};
    code = fields.optional_text("code", "");
    const std::string detail = fields.optional_text("detail", "");
    const auto fault = std::ranges::find(kFaults, code);
    const ErrorKind kind = reply.status == 409 ? ErrorKind::conflict : ErrorKind::unprocessable;
    if (fault != kFaults.end()) return refuse(kind, *fault, detail);
  }
  return fail(ErrorKind::bad_upstream, "people_unavailable",
              fmt::format("the auth service answered {} {}", reply.status, code), Origin::upstream);
}

http::Request post(std::string target, const json::object& body) {
  http::Request request;
  request.method = "POST";
  request.target = std::move(target);
  request.headers.set("Content-Type", "application/json");
  request.content = json::serialize(body);
  return request;
}

}  // namespace

Result<Person> person_from_reply(const http::Reply& reply) {
  if (reply.status == 200 || reply.status == 201) {
    const auto document = core::parse_json_object(reply.content);
    if (!document) return fail(ErrorKind::bad_upstream, "bad_person", "not a JSON object", Origin::upstream);
    return person_from_json(*document);
  }
  if (reply.status == 401) return refuse(ErrorKind::unauthenticated, "invalid_credentials");
  if (reply.status == 404) return refuse(ErrorKind::not_found, "unknown_person");
  if (reply.status == 409 || reply.status == 422) return fault_from_problem(reply);
  const std::string detail = fmt::format("the auth service answered {}", reply.status);
  if (reply.status == 429 || reply.status == 503) {
    return fail(ErrorKind::unavailable, "people_unavailable", detail, Origin::upstream);
  }
  return fail(ErrorKind::bad_upstream, "people_unavailable", detail, Origin::upstream);
}

Result<Person> person_from_json(const json::object& document) {
  Fields fields{document};
  Person person;
  person.id = fields.required_text("id");
  person.username = fields.required_text("username");
  person.email = Pii(fields.maybe_text("email", {.bytes_min = 0}).value_or(""));
  person.email_verified = fields.optional_flag("email_verified", false);
  person.first_name = Pii(fields.maybe_text("first_name", {.bytes_min = 0}).value_or(""));
  person.last_name = Pii(fields.maybe_text("last_name", {.bytes_min = 0}).value_or(""));
  person.realm_roles = names_of(fields.optional_texts("realm_roles", {}));
  person.client_roles = client_roles_of(fields.maybe_object("client_roles"));
  person.enabled = fields.optional_flag("enabled", false);
  person.not_before = fields.optional_int("not_before", 0, {});
  if (auto complete = fields.finish_lenient(); !complete) {
    return fail(ErrorKind::bad_upstream, "bad_person", complete.error().detail, Origin::upstream);
  }
  return person;
}

Awaitable<Result<Person>> AuthServicePeople::verify(Credentials credentials, Question question) {
  auto request = post("/internal/credentials/verify", {{"realm", credentials.realm},
                                                       {"username", credentials.username},
                                                       {"password", credentials.password.reveal()}});
  co_return co_await ask(std::move(request), std::move(question), Effect::lasting);
}

Awaitable<Result<Person>> AuthServicePeople::create(Registration wanted, Question question) {
  auto request = post("/internal/users", {{"realm", wanted.realm},
                                          {"username", wanted.username},
                                          {"email", wanted.email.reveal()},
                                          {"first_name", wanted.first_name.reveal()},
                                          {"last_name", wanted.last_name.reveal()},
                                          {"realm_roles", json::value_from(wanted.realm_roles)},
                                          {"password", wanted.password.reveal()}});
  co_return co_await ask(std::move(request), std::move(question), Effect::lasting);
}

Awaitable<Result<Person>> AuthServicePeople::find(std::string realm, std::string id, Question question) {
  http::Request request;
  request.target =
      fmt::format("/internal/users/{}?realm={}", core::percent_encode(id), core::percent_encode(realm));
  co_return co_await ask(std::move(request), std::move(question), Effect::none);
}

// Another instance is asked only when the first surely did nothing: a repeated wrong password would count
// twice towards the lock, and a person who signs up would find his own name taken.
Awaitable<Result<Person>> AuthServicePeople::ask(http::Request request, Question question, Effect effect) {
  request.headers.set("Accept", "application/json");
  if (!question.client_address.empty()) request.headers.set("X-Forwarded-For", question.client_address);
  const Deadline deadline = question.deadline.capped(options_.timeout);
  for (unsigned tried = 1;; ++tried) {
    auto reply = co_await peers_.call(options_.service, request, deadline, question.trace);
    if (reply) {
      core::wipe(request.content);
      co_return person_from_reply(*reply);
    }
    const bool may_repeat = reply.error().safe_to_retry || effect == Effect::none;
    if (!may_repeat || tried >= options_.tries_max || deadline.is_over()) co_return fail(reply);
  }
}

}  // namespace gatehouse::auth_server
