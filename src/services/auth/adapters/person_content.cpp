#include "services/auth/adapters/person_content.hpp"

#include <boost/json.hpp>

#include "core/fields.hpp"

namespace gatehouse::auth {

namespace {

constexpr core::TextLimits kAny{.bytes_min = 0, .bytes_max = 4096};
constexpr core::IntRange kTime{.min = 0};

RoleNames names_of(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

Result<ClientRoles> client_roles_of(const json::object* object) {
  ClientRoles clients;
  if (object == nullptr) return clients;
  Fields fields{*object};
  for (const auto& entry : *object) clients[entry.key()] = names_of(fields.optional_texts(entry.key(), {}));
  if (const auto read = fields.finish(); !read) return fail(read);
  return clients;
}

}  // namespace

json::object content_of(const Person& person) {
  json::object clients;
  for (const auto& [client, names] : person.client_roles) clients[client] = json::value_from(names);
  return {{"username", person.username},
          {"email", person.email.reveal()},
          {"first_name", person.first_name.reveal()},
          {"last_name", person.last_name.reveal()},
          {"enabled", person.enabled},
          {"email_verified", person.email_verified},
          {"realm_roles", json::value_from(person.realm_roles)},
          {"client_roles", std::move(clients)},
          {"not_before", person.not_before},
          {"created_at", core::unix_micros(person.created_at)},
          {"updated_at", core::unix_micros(person.updated_at)},
          {"version", person.version}};
}

Result<Person> person_in(const json::object& object) {
  Fields fields{object};
  Person person{.username = fields.required_text("username", kAny),
                .email = Pii{fields.required_text("email", kAny)},
                .first_name = Pii{fields.required_text("first_name", kAny)},
                .last_name = Pii{fields.required_text("last_name", kAny)},
                .enabled = fields.optional_flag("enabled", false),
                .email_verified = fields.optional_flag("email_verified", false),
                .realm_roles = names_of(fields.optional_texts("realm_roles", {})),
                .not_before = fields.required_int("not_before", kTime),
                .created_at = core::from_unix_micros(fields.required_int("created_at", kTime)),
                .updated_at = core::from_unix_micros(fields.required_int("updated_at", kTime)),
                .version = fields.required_int("version", {.min = 1})};
  auto clients = client_roles_of(fields.maybe_object("client_roles"));
  if (!clients) return fail(clients);
  person.client_roles = std::move(*clients);
  if (const auto read = fields.finish(); !read) return fail(read);
  return person;
}

json::object content_of(const WrittenEvent& written) {
  return {{"at", core::unix_micros(written.at)},
          {"actor", written.event.actor},
          {"action", written.event.action},
          {"fields", json::value_from(written.event.fields)}};
}

Result<WrittenEvent> event_in(const json::object& content) {
  Fields fields{content};
  WrittenEvent written{.at = core::from_unix_micros(fields.required_int("at", kTime)),
                       .event = {.actor = fields.required_text("actor", kAny),
                                 .action = fields.required_text("action", kAny),
                                 .fields = fields.optional_texts("fields", {})}};
  if (const auto read = fields.finish(); !read) return fail(read);
  return written;
}

}  // namespace gatehouse::auth
