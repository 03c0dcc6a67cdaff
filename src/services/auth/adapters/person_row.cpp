#include "services/auth/adapters/person_row.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/fields.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace {

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

std::string indexed_text(std::string_view realm, std::string_view email) {
  return fmt::format("{}\n{}", realm, email);
}

// A restored row of an erased person is nobody; anything else that does not open names its row in the log.
std::unexpected<Error> unreadable(const PersonRow& row, Error error) {
  if (crypto::is_erased(error)) return unknown_person();
  error.detail = fmt::format("person {}/{}: {}", row.realm, row.id, error.detail);
  return std::unexpected(std::move(error));
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

crypto::RecordName record_name_of(std::string subject) {
  return {.service = "auth", .table = "person", .record = std::move(subject)};
}

crypto::RecordName record_name_of(const PersonKey& key) {
  return record_name_of(fmt::format("{}/{}", key.realm, key.id));
}

std::vector<std::string> PersonSealer::indexes_of(std::string_view realm, std::string_view email) const {
  return index_.of_every("email", indexed_text(realm, email));
}

crypto::BlindIndex::Value PersonSealer::index_of(std::string_view realm, std::string_view email) const {
  return index_.at_current("email", indexed_text(realm, email));
}

Result<void> PersonSealer::erase(const PersonKey& key, core::SystemTime now) const {
  return keys_.store().destroy(record_name_of(key).record, now);
}

Result<PersonRow> PersonSealer::seal(const Account& account) const {
  const Person& person = account.person;
  PersonRow row{.realm = person.realm,
                .id = person.id,
                .username = person.username,
                .index_version = index_.current_version(),
                .enabled = person.enabled,
                .email_verified = person.email_verified,
                .realm_roles = text_of(person.realm_roles),
                .client_roles = text_of(person.client_roles),
                .not_before = person.not_before,
                .created_at = person.created_at,
                .updated_at = person.updated_at,
                .version = person.version};
  const auto key = keys_.obtain(record_name_of({person.realm, person.id}));
  if (!key) return fail(key);
  if (!person.email.empty()) {
    auto indexed = index_of(person.realm, person.email.reveal());
    row.email_index = std::move(indexed.index);
    row.index_version = indexed.version;
    row.other_indexes = indexes_of(person.realm, person.email.reveal());
    std::erase(row.other_indexes, *row.email_index);
  }
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
  const auto key = keys_.find(record_name_of({row.realm, row.id}));
  if (!key) return unreadable(row, key.error());
  Result<void> opened;
  open_into(account.person.email, *key, "email", row.email, opened);
  open_into(account.person.first_name, *key, "first_name", row.first_name, opened);
  open_into(account.person.last_name, *key, "last_name", row.last_name, opened);
  open_into(account.password_hash, *key, "password_hash", row.password_hash, opened);
  if (!opened) return unreadable(row, opened.error());
  return account;
}

bool can_be_left_out(const PersonRow& row, const Error& error) {
  if (error.kind == ErrorKind::not_found) return true;  // erased
  if (!crypto::is_rejected(error) && error.reason != "broken_row") return false;
  log::error("person-unreadable", "a person's row does not open; the list is shown without it",
             {log::field("person.id", row.id), log::field(error)});
  return true;
}

}  // namespace gatehouse::auth
