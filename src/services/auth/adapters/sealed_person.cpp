#include "services/auth/adapters/sealed_person.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"

namespace gatehouse::auth {

namespace {

constexpr core::TextLimits kAny{.bytes_min = 0, .bytes_max = 4096};
constexpr core::IntRange kTime{.min = 0};

crypto::RecordName name_of(std::string_view realm, std::string_view id) {
  return {.service = "auth", .table = "person_cache", .record = fmt::format("{}/{}", realm, id)};
}

json::object json_of(const Person& person) {
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

Result<Person> person_of(const json::object& object) {
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

std::unexpected<Error> broken(std::string_view why) {
  return fail(ErrorKind::internal, "broken_cache_entry", std::string(why));
}

}  // namespace

// The wrapped key and the sealed record, each in base64, with a dot between them.
Result<std::string> CacheSealer::seal(const Person& person) const {
  const auto fresh = envelope_.create(name_of(person.realm, person.id));
  if (!fresh) return fail(fresh);
  const auto sealed = fresh->first.seal("person", json::serialize(json_of(person)));
  if (!sealed) return fail(sealed);
  return fmt::format("{}.{}", core::to_base64url(fresh->second), core::to_base64url(*sealed));
}

Result<Person> CacheSealer::open(std::string_view realm, std::string_view id, std::string_view sealed) const {
  const auto dot = sealed.find('.');
  if (dot == std::string_view::npos) return broken("no key");
  const auto wrapped = core::from_base64url(sealed.substr(0, dot));
  const auto record = core::from_base64url(sealed.substr(dot + 1));
  if (!wrapped || !record) return broken("not base64url");
  const auto key = envelope_.unlock(name_of(realm, id), *wrapped);
  if (!key) return broken(key.error().reason);
  const auto text = key->open("person", *record);
  if (!text) return broken(text.error().reason);
  const auto object = core::parse_json_object(*text);
  auto person = object ? person_of(*object) : Result<Person>(fail(object));
  if (!person) return broken(person.error().detail);
  person->id = id;
  person->realm = realm;
  return person;
}

}  // namespace gatehouse::auth
