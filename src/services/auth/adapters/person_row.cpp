#include "services/auth/adapters/person_row.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/fields.hpp"

namespace gatehouse::auth {

namespace {

crypto::RecordName name_of(std::string_view realm, std::string_view id) {
  return {.service = "auth", .table = "person", .record = fmt::format("{}/{}", realm, id)};
}

std::string text_of(const RoleNames& names) {
  return json::serialize(json::value_from(names));
}

std::string text_of(const ClientRoles& clients) {
  json::object object;
  for (const auto& [client, names] : clients) object[client] = json::value_from(names);
  return json::serialize(object);
}

std::optional<RoleNames> names_of(const json::value& value) {
  const auto* array = value.if_array();
  if (array == nullptr) return std::nullopt;
  RoleNames names;
  for (const json::value& entry : *array) {
    if (const auto* text = entry.if_string()) names.emplace(*text);
  }
  return names;
}

std::unexpected<Error> broken(const PersonRow& row, std::string_view column) {
  return fail(ErrorKind::internal, "broken_row", fmt::format("person {}: {}", row.id, column));
}

Result<RoleNames> realm_roles_of(const PersonRow& row) {
  const auto value = core::parse_json(row.realm_roles);
  auto names = value ? names_of(*value) : std::nullopt;
  if (!names) return broken(row, "realm_roles");
  return std::move(*names);
}

Result<ClientRoles> client_roles_of(const PersonRow& row) {
  const auto object = core::parse_json_object(row.client_roles);
  if (!object) return broken(row, "client_roles");
  ClientRoles clients;
  for (const auto& entry : *object) {
    auto names = names_of(entry.value());
    if (!names) return broken(row, "client_roles");
    clients.emplace(entry.key(), std::move(*names));
  }
  return clients;
}

// Seals into `to`; keeps the first error.
void seal_into(std::string& to, const crypto::RecordKey& key, std::string_view field, const Secret& value,
               Result<void>& so_far) {
  if (!so_far) return;
  auto sealed = key.seal(field, value.reveal());
  if (sealed) {
    to = std::move(*sealed);
  } else {
    so_far = fail(sealed);
  }
}

template <class Text>  // Secret or Pii
void open_into(Text& to, const crypto::RecordKey& key, std::string_view field, std::string_view sealed,
               Result<void>& so_far) {
  if (!so_far) return;
  auto opened = key.open(field, sealed);
  if (opened) {
    to = Text(std::move(*opened));
  } else {
    so_far = fail(opened);
  }
}

}  // namespace

std::string PersonSealer::index_of(std::string_view realm, std::string_view email) const {
  return index_.of("email", fmt::format("{}\n{}", realm, email));
}

Result<PersonRow> PersonSealer::seal(const Account& account, std::optional<std::string> wrapped_key) const {
  const Person& person = account.person;
  PersonRow row{.realm = person.realm,
                .id = person.id,
                .username = person.username,
                .enabled = person.enabled,
                .email_verified = person.email_verified,
                .realm_roles = text_of(person.realm_roles),
                .client_roles = text_of(person.client_roles),
                .not_before = person.not_before,
                .created_at = person.created_at,
                .updated_at = person.updated_at,
                .version = person.version};
  const crypto::RecordName name = name_of(person.realm, person.id);
  if (!wrapped_key) {
    auto fresh = envelope_.create(name);
    if (!fresh) return fail(fresh);
    wrapped_key = std::move(fresh->second);
  }
  const auto key = envelope_.unlock(name, *wrapped_key);
  if (!key) return fail(key);
  row.wrapped_key = std::move(*wrapped_key);
  if (!person.email.empty()) row.email_index = index_of(person.realm, person.email.reveal());
  Result<void> sealed;
  seal_into(row.email, *key, "email", person.email, sealed);
  seal_into(row.first_name, *key, "first_name", person.first_name, sealed);
  seal_into(row.last_name, *key, "last_name", person.last_name, sealed);
  seal_into(row.password_hash, *key, "password_hash", account.password_hash, sealed);
  if (!sealed) return fail(sealed);
  return row;
}

Result<Account> PersonSealer::open(const PersonRow& row) const {
  auto realm_roles = realm_roles_of(row);
  if (!realm_roles) return fail(realm_roles);
  auto client_roles = client_roles_of(row);
  if (!client_roles) return fail(client_roles);
  Account account{.person = {.id = row.id,
                             .realm = row.realm,
                             .username = row.username,
                             .enabled = row.enabled,
                             .email_verified = row.email_verified,
                             .realm_roles = std::move(*realm_roles),
                             .client_roles = std::move(*client_roles),
                             .not_before = row.not_before,
                             .created_at = row.created_at,
                             .updated_at = row.updated_at,
                             .version = row.version}};
  const auto key = envelope_.unlock(name_of(row.realm, row.id), row.wrapped_key);
  if (!key) return fail(key);
  Result<void> opened;
  open_into(account.person.email, *key, "email", row.email, opened);
  open_into(account.person.first_name, *key, "first_name", row.first_name, opened);
  open_into(account.person.last_name, *key, "last_name", row.last_name, opened);
  open_into(account.password_hash, *key, "password_hash", row.password_hash, opened);
  if (!opened) return fail(opened);
  return account;
}

}  // namespace gatehouse::auth
