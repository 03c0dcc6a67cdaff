#include "services/auth/adapters/copied_people.hpp"

#include <algorithm>

#include "core/fields.hpp"

namespace gatehouse::auth {

PersonKey person_key(const std::string& key) {
  const auto end_of_realm = key.find('\n');
  if (end_of_realm == std::string::npos) return {};
  return {key.substr(0, end_of_realm), key.substr(end_of_realm + 1)};
}

std::unexpected<Error> another_trail(const std::string& key) {
  return fail(ErrorKind::conflict, "another_trail", key);
}

json::object content_of(const Account& account, json::object latest, std::int64_t events_before) {
  return {{"person", content_of(account.person)},
          {"password_hash", account.password_hash.reveal()},
          {"latest", std::move(latest)},
          {"events_before", events_before}};
}

Result<CopiedPerson> copied_person_in(const std::string& key, const json::object& content) {
  Fields fields{content};
  const json::object* const person = fields.maybe_object("person");
  const json::object* const latest = fields.maybe_object("latest");
  if (person == nullptr || latest == nullptr) fields.reject("person", "is not whole");
  Secret hash{fields.required_text("password_hash", {.bytes_min = 0, .bytes_max = 4096})};
  const std::int64_t events_before = fields.required_int("events_before", {});
  if (const auto read = fields.finish(); !read) return fail(read);
  auto known = person_in(*person);
  if (!known) return fail(known);
  auto written = event_in(*latest);
  if (!written) return fail(written);
  const PersonKey whose = person_key(key);
  known->realm = whose.realm;
  known->id = whose.id;
  return CopiedPerson{{std::move(*known), std::move(hash)}, std::move(*written), events_before};
}

Result<std::optional<PersonRow>> sealed_row(const PersonSealer& sealer, const CopiedPerson& copied) {
  const Person& person = copied.account.person;
  const auto key = sealer.keys().store().find(record_name_of({person.realm, person.id}).record);
  if (!key && key.error().reason == "unknown_subject") return std::nullopt;
  if (!key) return fail(key);
  auto row = sealer.seal(copied.account);
  if (!row) return fail(row);
  return std::move(*row);
}

bool is_damaged_row(const Error& error) {
  return data_copy::is_damaged(error) || error.reason == "broken_row" || error.reason == "unknown_person";
}

Result<std::vector<WrittenEvent>> missing_events(const std::string& key, const json::array& there,
                                                 const json::object& wanted) {
  const json::value* const value = wanted.if_contains("events");
  const json::array* const events = value == nullptr ? nullptr : value->if_array();
  if (events == nullptr) return fail(ErrorKind::internal, "record_unreadable", "trails: " + key);
  const std::size_t common = std::min(events->size(), there.size());
  if (there.size() > events->size() + 1 ||
      !std::equal(there.begin(), there.begin() + static_cast<std::ptrdiff_t>(common), events->begin()))
    return another_trail(key);
  std::vector<WrittenEvent> missing;
  for (std::size_t i = common; i < events->size(); ++i) {
    const json::object* const event = (*events)[i].if_object();
    auto written = event == nullptr ? fail(ErrorKind::internal, "record_unreadable", "trails: " + key)
                                    : event_in(*event);
    if (!written) return fail(written);
    missing.push_back(std::move(*written));
  }
  return missing;
}

}  // namespace gatehouse::auth
