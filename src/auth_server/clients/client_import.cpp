#include "auth_server/clients/client_import.hpp"

#include "core/text.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kSecretBytesMin = 32;

Names names_of(std::vector<std::string> texts) {
  return {std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())};
}

// Attributes are an object of texts; Keycloak writes booleans and numbers as text there.
std::string attribute(const json::object* attributes, std::string_view name) {
  if (attributes == nullptr) return {};
  const json::value* found = attributes->if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

ClientKind kind_of(Fields& fields) {
  const bool is_open = fields.optional_flag("publicClient", false);
  const bool is_bearer_only = fields.optional_flag("bearerOnly", false);
  if (is_bearer_only) return ClientKind::bearer_only;
  return is_open ? ClientKind::open : ClientKind::confidential;
}

void read_grants(Fields& fields, Client& client, const json::object* attributes) {
  const bool standard = fields.optional_flag("standardFlowEnabled", true);
  const bool service_account = fields.optional_flag("serviceAccountsEnabled", false);
  if (client.kind == ClientKind::bearer_only) return;
  if (service_account && client.kind != ClientKind::confidential) {
    fields.reject("serviceAccountsEnabled", "a public client cannot have a service account");
  }
  client.grants = {.authorization_code = standard,
                   .client_credentials = service_account,
                   .device = attribute(attributes, "oauth2.device.authorization.grant.enabled") == "true"};
}

void read_secret(Fields& fields, Client& client, const ImportContext& context) {
  const std::string text = fields.maybe_text("secret").value_or("");
  if (client.kind != ClientKind::confidential) return;
  Secret secret{text};
  if (text.starts_with("${file:") && text.ends_with("}")) {
    auto read = context.secret(std::string_view(text).substr(7, text.size() - 8));
    if (!read) return fields.reject("secret", "the file it names cannot be read");
    secret = *std::move(read);
  }
  if (secret.reveal().size() < kSecretBytesMin) {
    return fields.reject("secret", "a confidential client needs a secret of 32 characters or more");
  }
  client.secret_digest = digest_of_secret(secret.reveal());
}

std::vector<RedirectPattern> patterns_of(Fields& fields, std::string_view name, PathTail path_tail,
                                         const std::vector<std::string>& texts) {
  std::vector<RedirectPattern> patterns;
  for (const std::string& text : texts) {
    auto pattern = RedirectPattern::parse(text, path_tail);
    if (!pattern) {
      fields.reject(name, fmt::format("{}: {}", text, pattern.error().detail));
      continue;
    }
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

void read_redirects(Fields& fields, Client& client, const json::object* attributes) {
  const bool has_tail = attribute(attributes, "redirect.path.tail.allowed") == "true";
  const PathTail path_tail = has_tail ? PathTail::accepted : PathTail::refused;
  client.redirect_uris =
      patterns_of(fields, "redirectUris", path_tail, fields.optional_texts("redirectUris", {}));

  const std::string after_logout = attribute(attributes, "post.logout.redirect.uris");
  if (after_logout == "+") {
    client.post_logout_redirect_uris = client.redirect_uris;
    return;
  }
  std::vector<std::string> texts;
  std::string_view rest = after_logout;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find("##"), rest.size());
    if (end > 0) texts.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 2));
  }
  client.post_logout_redirect_uris = patterns_of(fields, "attributes", path_tail, texts);
}

void read_web_origins(Fields& fields, Client& client) {
  for (const std::string& text : fields.optional_texts("webOrigins", {})) {
    if (text == "+") {
      for (const RedirectPattern& pattern : client.redirect_uris) {
        if (std::string origin = pattern.origin(); !origin.empty())
          client.web_origins.insert(std::move(origin));
      }
    } else if (text == origin_of(text)) {
      client.web_origins.insert(text);
    } else {
      fields.reject("webOrigins", text + ": must be scheme://host[:port] in lower case, or +");
    }
  }
}

void read_audiences(Fields& fields, Client& client, const ImportContext& context) {
  if (const json::array* mappers = fields.maybe_array("protocolMappers")) {
    for (const json::value& mapper : *mappers) {
      const json::object* object = mapper.if_object();
      if (object == nullptr || attribute(object, "protocolMapper") != "oidc-audience-mapper") continue;
      const json::value* config = object->if_contains("config");
      const json::object* settings = config != nullptr ? config->if_object() : nullptr;
      for (const std::string_view name : {"included.client.audience", "included.custom.audience"}) {
        if (std::string audience = attribute(settings, name); !audience.empty()) {
          client.audiences.push_back(std::move(audience));
        }
      }
    }
  }
  if (client.audiences.empty()) client.audiences.push_back(context.default_audience);
}

crypto::Algorithm algorithm_of(Fields& fields, const json::object* attributes, std::string_view name,
                               crypto::Algorithm fallback) {
  const std::string text = attribute(attributes, name);
  if (text.empty()) return fallback;
  if (text == "ES256") return crypto::Algorithm::es256;
  if (text == "RS256") return crypto::Algorithm::rs256;
  fields.reject("attributes", std::string(name) + ": must be ES256 or RS256");
  return fallback;
}

void read_token_settings(Fields& fields, Client& client, const json::object* attributes) {
  client.access_token_algorithm =
      algorithm_of(fields, attributes, "access.token.signed.response.alg", client.access_token_algorithm);
  client.id_token_algorithm =
      algorithm_of(fields, attributes, "id.token.signed.response.alg", client.id_token_algorithm);
  if (attribute(attributes, "access.token.header.type.rfc9068") == "true") {
    client.access_token_header_typ = "at+jwt";
  }
  if (const std::string text = attribute(attributes, "access.token.lifespan"); !text.empty()) {
    const auto seconds = core::parse_int<std::int64_t>(text);
    if (!seconds || *seconds < 1 || *seconds > 86'400) {
      return fields.reject("attributes", "access.token.lifespan: must be 1 to 86400 seconds");
    }
    client.access_token_lifetime = std::chrono::seconds(*seconds);
  }
}

}  // namespace

Result<Client> import_client(const json::object& object, const std::string& path,
                             const ImportContext& context) {
  Fields fields{object, path};
  const json::object* attributes = fields.maybe_object("attributes");
  Client client;
  client.client_id = fields.required_text("clientId", {.bytes_max = 255});
  client.name = fields.maybe_text("name", {.bytes_min = 0}).value_or("");
  if (client.name.empty() || client.name.starts_with("${")) client.name = client.client_id;
  client.enabled = fields.optional_flag("enabled", true);
  client.kind = kind_of(fields);
  client.not_before = fields.optional_int("notBefore", 0, {});
  client.default_scopes =
      names_of(fields.optional_texts("defaultClientScopes", {"profile", "email", "roles"}));
  client.optional_scopes = names_of(fields.optional_texts("optionalClientScopes", {}));
  read_grants(fields, client, attributes);
  read_secret(fields, client, context);
  read_redirects(fields, client, attributes);
  read_web_origins(fields, client);
  read_audiences(fields, client, context);
  read_token_settings(fields, client, attributes);
  if (client.grants.authorization_code && client.redirect_uris.empty()) {
    fields.reject("redirectUris", "a client with the standard flow needs one");
  }
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return client;
}

}  // namespace gatehouse::auth_server
