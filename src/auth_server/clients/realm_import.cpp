#include "auth_server/clients/realm_import.hpp"

#include "auth_server/clients/client_import.hpp"
#include "auth_server/clients/scopes.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

bool is_realm_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name,
                             [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                      (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                             }) &&
         name != "." && name != "..";
}

std::chrono::seconds seconds_of(Fields& fields, std::string_view name, std::chrono::seconds fallback) {
  return std::chrono::seconds(fields.optional_int(name, fallback.count(), {1, 366 * 86'400}));
}

void read_lifetimes(Fields& fields, Lifetimes& lifetimes) {
  lifetimes.access_token = seconds_of(fields, "accessTokenLifespan", lifetimes.access_token);
  lifetimes.authorization_code = seconds_of(fields, "accessCodeLifespan", lifetimes.authorization_code);
  lifetimes.login_flow = seconds_of(fields, "accessCodeLifespanLogin", lifetimes.login_flow);
  lifetimes.session_idle = seconds_of(fields, "ssoSessionIdleTimeout", lifetimes.session_idle);
  lifetimes.device_code = seconds_of(fields, "oauth2DeviceCodeLifespan", lifetimes.device_code);
  lifetimes.device_interval = seconds_of(fields, "oauth2DevicePollingInterval", lifetimes.device_interval);
  lifetimes.session_max = seconds_of(fields, "ssoSessionMaxLifespan", lifetimes.session_max);
}

Names realm_role_names(const json::object* roles) {
  Names names;
  const json::value* of_realm = roles != nullptr ? roles->if_contains("realm") : nullptr;
  const json::array* list = of_realm != nullptr ? of_realm->if_array() : nullptr;
  if (list == nullptr) return names;
  for (const json::value& role : *list) {
    const json::value* name = role.is_object() ? role.get_object().if_contains("name") : nullptr;
    if (name != nullptr && name->is_string()) names.emplace(std::string_view(name->get_string()));
  }
  return names;
}

// A role that is misspelt shall stop the start, not everybody who signs up.
void read_registration(Fields& fields, Realm& realm) {
  realm.registration_allowed = fields.optional_flag("registrationAllowed", false);
  for (std::string& role : fields.optional_texts("defaultRoles", {}))
    realm.default_roles.insert(std::move(role));
  if (!realm.registration_allowed) return;
  const Names known = realm_role_names(fields.maybe_object("roles"));
  for (const std::string& role : realm.default_roles) {
    if (!known.contains(role)) fields.reject("defaultRoles", role + " is no role of the realm");
  }
}

// Stable over restarts and instances, so that what a service account owns stays its own.
std::string service_account_id(const Realm& realm, const Client& client) {
  const std::string seed = fmt::format("service-account:{}:{}", realm.name, client.client_id);
  const std::string hex = core::to_hex(crypto::sha256(seed));
  // RFC 9562 section 5.8: version 8, made of what one likes.
  return fmt::format("{}-{}-8{}-a{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3),
                     hex.substr(17, 3), hex.substr(20, 12));
}

void read_clients(Fields& fields, Realm& realm, const ImportContext& context, Result<void>& outcome) {
  const json::array* clients = fields.maybe_array("clients");
  if (clients == nullptr) return;
  for (std::size_t i = 0; i < clients->size() && outcome; ++i) {
    const std::string path = fields.path_of(fmt::format("clients[{}]", i));
    const json::object* object = (*clients)[i].if_object();
    if (object == nullptr) return fields.reject("clients", "must be a list of objects");
    auto client = import_client(*object, path, context);
    if (!client) {
      outcome = fail(client);
      return;
    }
    client->service_account.id = service_account_id(realm, *client);
    const std::string id = client->client_id;
    if (!realm.clients.emplace(id, *std::move(client)).second)
      fields.reject("clients", id + " is there twice");
  }
}

Names texts_of(const json::value* value) {
  Names names;
  const json::array* array = value != nullptr ? value->if_array() : nullptr;
  if (array == nullptr) return names;
  for (const json::value& element : *array) {
    if (const json::string* text = element.if_string()) names.emplace(std::string_view(*text));
  }
  return names;
}

void read_service_account(const json::object& user, Realm& realm, Fields& fields) {
  const json::value* id = user.if_contains("serviceAccountClientId");
  if (id == nullptr || !id->is_string()) return;
  const auto client = realm.clients.find(std::string_view(id->get_string()));
  if (client == realm.clients.end()) return fields.reject("users", "serviceAccountClientId names no client");
  ServiceAccount& account = client->second.service_account;
  if (const json::value* own = user.if_contains("id"); own != nullptr && own->is_string()) {
    account.id = std::string(own->get_string());
  }
  account.realm_roles = texts_of(user.if_contains("realmRoles"));
  const json::value* by_client = user.if_contains("clientRoles");
  if (by_client == nullptr || !by_client->is_object()) return;
  for (const auto& [name, roles] : by_client->get_object()) {
    account.client_roles[std::string(std::string_view(name))] = texts_of(&roles);
  }
}

}  // namespace

Result<Realm> import_realm(const json::object& object, const ImportContext& context) {
  Fields fields{object};
  Realm realm;
  realm.name = fields.required_text("realm", {.bytes_max = 64});
  if (!is_realm_name(realm.name))
    fields.reject("realm", "must be letters, digits, dots, dashes and underscores");
  realm.display_name = fields.maybe_text("displayName", {.bytes_min = 0}).value_or("");
  if (realm.display_name.empty()) realm.display_name = realm.name;
  realm.issuer = fmt::format("{}/realms/{}", context.issuer_base, realm.name);
  realm.enabled = fields.optional_flag("enabled", true);
  realm.not_before = fields.optional_int("notBefore", 0, {});
  realm.lifetimes = context.lifetimes;
  read_lifetimes(fields, realm.lifetimes);
  read_registration(fields, realm);

  Result<void> clients;
  read_clients(fields, realm, context, clients);
  if (!clients) return fail(clients);
  if (const json::array* users = fields.maybe_array("users")) {
    for (const json::value& user : *users) {
      if (user.is_object()) read_service_account(user.get_object(), realm, fields);
    }
  }
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return realm;
}

Result<std::vector<Realm>> import_realms(std::string_view text, const ImportContext& context) {
  const auto parsed = core::parse_json(text);
  if (!parsed) return fail(parsed);
  std::vector<Realm> realms;
  const auto add = [&](const json::value& value) -> Result<void> {
    if (!value.is_object()) return refuse(ErrorKind::invalid, "invalid_field", "a realm must be an object");
    auto realm = import_realm(value.get_object(), context);
    if (!realm) return fail(realm);
    realms.push_back(*std::move(realm));
    return {};
  };
  if (const json::array* list = parsed->if_array()) {
    for (const json::value& value : *list) {
      if (auto added = add(value); !added) return fail(added);
    }
    return realms;
  }
  if (auto added = add(*parsed); !added) return fail(added);
  return realms;
}

}  // namespace gatehouse::auth_server
