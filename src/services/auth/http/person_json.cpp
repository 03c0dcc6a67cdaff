#include "services/auth/http/person_json.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::auth {

namespace {

json::value or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::value(text);
}

// The first character (whole, if UTF-8) and three stars.
std::string masked(std::string_view text) {
  if (text.empty()) return {};
  std::size_t first = 1;
  while (first < text.size() && (static_cast<unsigned char>(text[first]) & 0xc0) == 0x80) ++first;
  return fmt::format("{}***", text.substr(0, first));
}

std::string masked_email(std::string_view email) {
  const auto parts = core::cut(email, '@');
  if (!parts) return {};
  return fmt::format("{}@{}", masked(parts->first), parts->second);
}

json::object json_of_clients(const ClientRoles& clients) {
  json::object object;
  for (const auto& [client, names] : clients) object[client] = json::value_from(names);
  return object;
}

json::value time_or_null(core::SystemTime time) {
  if (time == core::SystemTime{}) return nullptr;
  return json::value(core::rfc3339(time));
}

// "service:auth-server" and "import" are nobody.
std::string_view role_of_actor(std::string_view actor, std::string_view person_id) {
  if (actor == person_id) return "self";
  return actor == "import" || actor.starts_with("service:") ? actor : "administrator";
}

json::value shown(const Pii& value, PersonView view) {
  return or_null(view == PersonView::whole ? std::string(value.reveal()) : masked(value.reveal()));
}

}  // namespace

json::object json_of(const Person& person, PersonView view) {
  const std::string_view email = person.email.reveal();
  return {{"id", person.id},
          {"username", person.username},
          {"email", or_null(view == PersonView::whole ? std::string(email) : masked_email(email))},
          {"email_verified", person.email_verified},
          {"first_name", shown(person.first_name, view)},
          {"last_name", shown(person.last_name, view)},
          {"enabled", person.enabled},
          {"realm_roles", json::value_from(person.realm_roles)},
          {"client_roles", json_of_clients(person.client_roles)},
          {"created_at", core::rfc3339(person.created_at)},
          {"updated_at", core::rfc3339(person.updated_at)},
          {"version", person.version}};
}

json::object claims_json_of(const Person& person) {
  return {{"id", person.id},
          {"username", person.username},
          {"email", person.email.reveal()},
          {"email_verified", person.email_verified},
          {"first_name", person.first_name.reveal()},
          {"last_name", person.last_name.reveal()},
          {"realm_roles", json::value_from(person.realm_roles)},
          {"client_roles", json_of_clients(person.client_roles)},
          {"enabled", person.enabled},
          {"not_before", person.not_before}};
}

json::object json_of(const Role& role) {
  return {{"name", role.name}, {"client", or_null(role.client)}, {"description", role.description}};
}

json::object json_of(const AuditRecord& record) {
  return {{"sequence", record.sequence},
          {"at", core::rfc3339(record.at)},
          {"actor", record.event.actor},
          {"action", record.event.action},
          {"fields", json::value_from(record.event.fields)}};
}

json::object json_of(const PersonExport& exported) {
  json::object person = json_of(exported.person, PersonView::whole);
  person["realm"] = exported.person.realm;
  person["has_password"] = exported.has_password;
  person["tokens_void_before"] = exported.person.not_before;
  json::array audit;
  for (const AuditRecord& record : exported.audit) {
    json::object entry = json_of(record);
    entry["actor"] = role_of_actor(record.event.actor, exported.person.id);
    audit.push_back(std::move(entry));
  }
  const FailureRecord& attempts = exported.attempts;
  return {{"exported_at", core::rfc3339(exported.at)},
          {"person", std::move(person)},
          {"failed_logins",
           {{"count", attempts.failures},
            {"last", time_or_null(attempts.last_failure)},
            {"locked_until", time_or_null(attempts.locked_until)}}},
          {"audit", std::move(audit)}};
}

}  // namespace gatehouse::auth
