#include "services/auth/adapters/keycloak_realm.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/ids.hpp"

namespace gatehouse::auth {

namespace {

constexpr core::TextLimits kOptional{.bytes_min = 0, .bytes_max = 1024};

std::unexpected<Error> wrong(const std::string& path, std::string_view why) {
  return refuse(ErrorKind::invalid, "invalid_field", fmt::format("{}: {}", path, why));
}

// The domain's refusal, with the place in the file before it.
std::unexpected<Error> at(const std::string& path, Error error) {
  error.detail = fmt::format("{}: {}", path, error.detail);
  return std::unexpected(std::move(error));
}

// ---- roles
// ---------------------------------------------------------------------------------------------------------

Result<void> read_role_list(const json::array& list, const std::string& path, const std::string& client,
                            std::vector<Role>& roles) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string here = fmt::format("{}[{}]", path, i);
    const auto* object = list[i].if_object();
    if (object == nullptr) return wrong(here, "must be an object");
    Fields fields{*object, here};
    Role role{.name = fields.required_text("name", {.bytes_max = 1024}),
              .client = client,
              .description = fields.optional_text("description", "", kOptional)};
    if (const auto read = fields.finish_lenient(); !read) return fail(read);
    if (const auto valid = check_role_name(role.name); !valid) return at(here, valid.error());
    roles.push_back(std::move(role));
  }
  return {};
}

Result<std::vector<Role>> read_roles(const json::object* object) {
  std::vector<Role> roles;
  if (object == nullptr) return roles;
  Fields fields{*object, "roles"};
  const json::array* of_realm = fields.maybe_array("realm");
  const json::object* of_clients = fields.maybe_object("client");
  if (const auto read = fields.finish_lenient(); !read) return fail(read);
  Result<void> read;
  if (of_realm != nullptr) read = read_role_list(*of_realm, "roles.realm", "", roles);
  if (!read) return fail(read);
  for (const auto& entry : of_clients != nullptr ? *of_clients : json::object{}) {
    const std::string path = fmt::format("roles.client.{}", std::string_view(entry.key()));
    const auto* list = entry.value().if_array();
    if (list == nullptr) return wrong(path, "must be an array");
    read = read_role_list(*list, path, entry.key(), roles);
    if (!read) return fail(read);
  }
  return roles;
}

Result<ClientRoles> read_client_roles(const json::object* object, const std::string& path) {
  ClientRoles clients;
  if (object == nullptr) return clients;
  Fields fields{*object, path};
  for (const auto& entry : *object) {
    const auto names = fields.optional_texts(entry.key(), {});
    clients[entry.key()] = RoleNames(names.begin(), names.end());
  }
  if (const auto read = fields.finish_lenient(); !read) return fail(read);
  return clients;
}

// ---- credentials
// ---------------------------------------------------------------------------------------------------

bool is_secret_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || name.front() == '.') return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

using PasswordSource = std::function<Result<Secret>()>;

Result<PasswordSource> source_of(std::string value, const std::string& path, const ReadSecret& read_secret) {
  constexpr std::string_view prefix = "${file:";
  if (!value.starts_with("${")) {
    return PasswordSource([password = Secret(std::move(value))]() -> Result<Secret> { return password; });
  }
  const bool is_file = value.starts_with(prefix) && value.ends_with('}');
  std::string name = is_file ? value.substr(prefix.size(), value.size() - prefix.size() - 1) : "";
  if (!is_secret_name(name))
    return wrong(path, "only ${file:NAME} is known, NAME being letters, digits and . _ -");
  return PasswordSource([name = std::move(name), read_secret] { return read_secret(name); });
}

// The first password of the list. One without a value (Keycloak exports its own hashes so) counts as none.
Result<PasswordSource> read_credentials(const json::array* list, const std::string& path,
                                        const ReadSecret& read_secret) {
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const std::string here = fmt::format("{}[{}]", path, i);
    const auto* object = (*list)[i].if_object();
    if (object == nullptr) return wrong(here, "must be an object");
    Fields fields{*object, here};
    const std::string type = fields.required_text("type");
    auto value = fields.maybe_text("value", {.bytes_max = 256});
    if (const auto read = fields.finish_lenient(); !read) return fail(read);
    if (type == "password" && value) return source_of(std::move(*value), here + ".value", read_secret);
  }
  return PasswordSource{};
}

// ---- users
// ---------------------------------------------------------------------------------------------------------

struct RawUser {
  std::string id;
  std::string username;
  std::string email;
  std::string first_name;
  std::string last_name;
};

Result<void> check_names(const RawUser& raw, const std::string& path, Person& person) {
  if (!raw.id.empty() && !core::is_uuid(raw.id)) return wrong(path + ".id", "must be a UUID");
  auto username = canonical_username(raw.username);
  if (!username) return at(path + ".username", username.error());
  auto email = raw.email.empty() ? Result<Pii>(Pii{}) : canonical_email(raw.email);
  if (!email) return at(path + ".email", email.error());
  auto first_name = canonical_name(raw.first_name);
  if (!first_name) return at(path + ".firstName", first_name.error());
  auto last_name = canonical_name(raw.last_name);
  if (!last_name) return at(path + ".lastName", last_name.error());
  person.id = raw.id;
  person.username = std::move(*username);
  person.email = std::move(*email);
  person.first_name = std::move(*first_name);
  person.last_name = std::move(*last_name);
  return {};
}

Result<ImportedPerson> read_user(Fields& fields, const std::string& path, const ReadSecret& read_secret) {
  ImportedPerson entry{.path = path, .person = {}, .password = {}};
  const RawUser raw{.id = fields.optional_text("id", "", kOptional),
                    .username = fields.required_text("username"),
                    .email = fields.optional_text("email", "", kOptional),
                    .first_name = fields.optional_text("firstName", "", kOptional),
                    .last_name = fields.optional_text("lastName", "", kOptional)};
  entry.person.enabled = fields.optional_flag("enabled", true);
  entry.person.email_verified = fields.optional_flag("emailVerified", false);
  entry.person.not_before = fields.optional_int("notBefore", 0, {.min = 0});
  const auto realm_roles = fields.optional_texts("realmRoles", {});
  const json::object* client_roles = fields.maybe_object("clientRoles");
  const json::array* credentials = fields.maybe_array("credentials");
  if (const auto read = fields.finish_lenient(); !read) return fail(read);

  entry.person.realm_roles = RoleNames(realm_roles.begin(), realm_roles.end());
  if (const auto valid = check_names(raw, path, entry.person); !valid) return fail(valid);
  auto of_clients = read_client_roles(client_roles, path + ".clientRoles");
  if (!of_clients) return fail(of_clients);
  entry.person.client_roles = std::move(*of_clients);
  auto password = read_credentials(credentials, path + ".credentials", read_secret);
  if (!password) return fail(password);
  entry.password = std::move(*password);
  return entry;
}

Result<std::vector<ImportedPerson>> read_users(const json::array* list, const std::string& realm,
                                               const ReadSecret& read_secret) {
  std::vector<ImportedPerson> people;
  std::set<std::string> usernames;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const std::string path = fmt::format("users[{}]", i);
    const auto* object = (*list)[i].if_object();
    if (object == nullptr) return wrong(path, "must be an object");
    Fields fields{*object, path};
    if (fields.maybe_text("serviceAccountClientId")) continue;
    auto entry = read_user(fields, path, read_secret);
    if (!entry) return fail(entry);
    if (!usernames.insert(entry->person.username).second)
      return wrong(path + ".username", "stands here twice");
    entry->person.realm = realm;
    people.push_back(std::move(*entry));
  }
  return people;
}

}  // namespace

Result<RealmExport> read_keycloak_realm(const json::object& document, const ReadSecret& read_secret) {
  Fields fields{document};
  RealmExport realm;
  realm.realm = fields.required_text("realm", {.bytes_max = 64});
  const json::object* roles = fields.maybe_object("roles");
  const json::array* users = fields.maybe_array("users");
  if (const auto read = fields.finish_lenient(); !read) return fail(read);
  auto known = read_roles(roles);
  if (!known) return fail(known);
  realm.roles = std::move(*known);
  auto people = read_users(users, realm.realm, read_secret);
  if (!people) return fail(people);
  realm.people = std::move(*people);
  return realm;
}

Result<std::vector<RealmExport>> read_keycloak_realms(std::string_view text, const ReadSecret& read_secret) {
  const auto parsed = core::parse_json(text);
  if (!parsed) return fail(parsed);
  const json::array list = parsed->is_array() ? parsed->get_array() : json::array{*parsed};
  std::vector<RealmExport> realms;
  for (const json::value& value : list) {
    if (!value.is_object()) return wrong("realm", "must be an object");
    auto realm = read_keycloak_realm(value.get_object(), read_secret);
    if (!realm) return fail(realm);
    realms.push_back(std::move(*realm));
  }
  return realms;
}

}  // namespace gatehouse::auth
