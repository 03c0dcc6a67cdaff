#include "services/auth/domain/person_changes.hpp"

#include <algorithm>

namespace gatehouse::auth {

namespace {

using FieldNames = std::vector<std::string>;

Result<void> change_email(Person& person, const std::string& text, FieldNames& changed) {
  Pii email;
  if (!text.empty()) {
    auto canonical = canonical_email(text);
    if (!canonical) return fail(canonical);
    email = std::move(*canonical);
  }
  if (email.reveal() == person.email.reveal()) return {};
  person.email = std::move(email);
  person.email_verified = false;
  changed.emplace_back("email");
  return {};
}

Result<void> change_name(Pii& name, const std::string& text, std::string_view field, FieldNames& changed) {
  auto canonical = canonical_name(text);
  if (!canonical) return fail(canonical);
  if (canonical->reveal() == name.reveal()) return {};
  name = std::move(*canonical);
  changed.emplace_back(field);
  return {};
}

void change_flag(bool& flag, bool wanted, std::string_view field, FieldNames& changed) {
  if (flag == wanted) return;
  flag = wanted;
  changed.emplace_back(field);
}

}  // namespace

Result<FieldNames> apply(Person& person, const PersonChanges& changes, Authority authority,
                         core::SystemTime now) {
  if (authority == Authority::own && (changes.enabled || changes.email_verified)) {
    return refuse(ErrorKind::forbidden, "field_not_yours",
                  "enabled and email_verified belong to administrators");
  }
  FieldNames changed;
  Result<void> done;
  if (changes.email) done = change_email(person, *changes.email, changed);
  if (done && changes.first_name)
    done = change_name(person.first_name, *changes.first_name, "first_name", changed);
  if (done && changes.last_name)
    done = change_name(person.last_name, *changes.last_name, "last_name", changed);
  if (!done) return fail(done);
  if (changes.email_verified)
    change_flag(person.email_verified, *changes.email_verified, "email_verified", changed);
  if (changes.enabled) {
    if (person.enabled && !*changes.enabled) person.not_before = core::unix_seconds(now);
    change_flag(person.enabled, *changes.enabled, "enabled", changed);
  }
  return changed;
}

}  // namespace gatehouse::auth
