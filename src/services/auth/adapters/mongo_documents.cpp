#include "services/auth/adapters/mongo_documents.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/ids.hpp"

namespace gatehouse::auth {

namespace mongo = storage::mongo;

namespace {

constexpr std::string_view kErasedRealm;

// Every person has one, for MongoDB takes two that lack it for equal: no blind index begins with a hyphen.
std::string email_key_of(const PersonRow& row) {
  return row.email_index.value_or("-" + row.id);
}

void add_email_key(mongo::Document& document, const PersonRow& row) {
  std::vector<std::string> keys{email_key_of(row)};
  keys.insert(keys.end(), row.other_indexes.begin(), row.other_indexes.end());
  if (keys.size() == 1) return document.add({"email_key", keys.front()});
  document.add({"email_key", mongo::Field::Texts(keys)});
}

void read_email_key(PersonRow& row, mongo::Reading& reading) {
  auto keys = reading.text_or_texts("email_key");
  if (keys.empty() || keys.front().starts_with('-')) return;
  row.email_index = std::move(keys.front());
  row.other_indexes.assign(std::move_iterator(keys.begin() + 1), std::move_iterator(keys.end()));
}

mongo::Document tombstone_of(const StoredPerson& person) {
  const std::string id = document_id(person.row.realm, person.row.id);
  return {{"_id", id},
          {"realm", kErasedRealm},
          {"id", person.row.id},
          {"username", id},  // two indexes want something that nobody else has
          {"email_key", id},
          {"erased_from", person.row.realm},
          {"revision", person.revision},
          {"latest", document_of(person.key(), person.latest)}};
}

PersonRow read_row(mongo::Reading& reading) {
  PersonRow row{.realm = reading.text("realm"),
                .id = reading.text("id"),
                .username = reading.text("username"),
                .index_version = static_cast<std::uint32_t>(reading.integer("index_version")),
                .email = reading.bytes("email"),
                .first_name = reading.bytes("first_name"),
                .last_name = reading.bytes("last_name"),
                .password_hash = reading.bytes("password_hash"),
                .enabled = reading.flag("enabled"),
                .email_verified = reading.flag("email_verified"),
                .realm_roles = reading.text("realm_roles"),
                .client_roles = reading.text("client_roles"),
                .not_before = reading.integer("not_before"),
                .created_at = core::from_unix_micros(reading.integer("created_at")),
                .updated_at = core::from_unix_micros(reading.integer("updated_at")),
                .version = reading.integer("version")};
  read_email_key(row, reading);
  return row;
}

}  // namespace

TrailEntry TrailEntry::first(AuditEvent event, core::SystemTime now) {
  return {.id = core::uuid_v4(), .sequence = core::unix_micros(now), .at = now, .event = std::move(event)};
}

TrailEntry TrailEntry::next(AuditEvent next_event, core::SystemTime now) const {
  TrailEntry entry = first(std::move(next_event), now);
  entry.sequence = std::max(entry.sequence, sequence + 1);
  return entry;
}

std::string document_id(std::string_view realm, std::string_view id) {
  return fmt::format("{}\n{}", realm, id);
}

mongo::Document document_of(const StoredPerson& person) {
  if (person.is_erased) return tombstone_of(person);
  const PersonRow& row = person.row;
  const mongo::Document latest = document_of(person.key(), person.latest);
  mongo::Document document{{"_id", document_id(row.realm, row.id)},
                           {"realm", row.realm},
                           {"id", row.id},
                           {"username", row.username},
                           {"index_version", std::int64_t{row.index_version}},
                           {"email", mongo::Bytes{row.email}},
                           {"first_name", mongo::Bytes{row.first_name}},
                           {"last_name", mongo::Bytes{row.last_name}},
                           {"password_hash", mongo::Bytes{row.password_hash}},
                           {"enabled", row.enabled},
                           {"email_verified", row.email_verified},
                           {"realm_roles", row.realm_roles},
                           {"client_roles", row.client_roles},
                           {"not_before", row.not_before},
                           {"created_at", core::unix_micros(row.created_at)},
                           {"updated_at", core::unix_micros(row.updated_at)},
                           {"version", row.version},
                           {"revision", person.revision},
                           {"latest", latest}};
  add_email_key(document, row);
  return document;
}

mongo::Document rivals_of(const mongo::Document& person) {
  mongo::Reading reading{person};
  const std::vector<std::string> keys = reading.text_or_texts("email_key");
  const mongo::Document is_other{{"$ne", reading.text("_id")}};
  const mongo::Document one_of{{"$in", mongo::Field::Texts(keys)}};
  const mongo::Document either[] = {{{"username", reading.text("username")}}, {{"email_key", one_of}}};
  return {{"realm", reading.text("realm")}, {"_id", is_other}, {"$or", mongo::Field::Documents(either)}};
}

Result<StoredPerson> person_of(const mongo::Document& document) {
  mongo::Reading reading{document};
  StoredPerson person;
  if (auto erased_from = reading.maybe_text("erased_from")) {
    person.is_erased = true;
    person.row.realm = std::move(*erased_from);
    person.row.id = reading.text("id");
  } else {
    person.row = read_row(reading);
  }
  person.revision = reading.integer("revision");
  const mongo::Document latest = reading.document("latest");
  if (const auto read = reading.finish(); !read) return fail(read);
  auto entry = trail_entry_of(latest);
  if (!entry) return fail(entry);
  person.latest = std::move(*entry);
  return person;
}

mongo::Document document_of(const PersonKey& key, const TrailEntry& entry) {
  return {{"_id", entry.id},
          {"realm", key.realm},
          {"person_id", key.id},
          {"sequence", entry.sequence},
          {"at", core::unix_micros(entry.at)},
          {"actor", entry.event.actor},
          {"action", entry.event.action},
          {"fields", mongo::Field::Texts(entry.event.fields)}};
}

Result<TrailEntry> trail_entry_of(const mongo::Document& document) {
  mongo::Reading reading{document};
  TrailEntry entry{.id = reading.text("_id"),
                   .sequence = reading.integer("sequence"),
                   .at = core::from_unix_micros(reading.integer("at")),
                   .event = {.actor = reading.text("actor"),
                             .action = reading.text("action"),
                             .fields = reading.texts("fields")}};
  if (const auto read = reading.finish(); !read) return fail(read);
  return entry;
}

}  // namespace gatehouse::auth
