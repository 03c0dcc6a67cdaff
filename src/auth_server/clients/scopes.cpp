#include "auth_server/clients/scopes.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::size_t kScopesMax = 64;

// RFC 6749 section 3.3: %x21 / %x23-5B / %x5D-7E
bool is_scope_character(char c) {
  return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
}

bool may_have(const Client& client, std::string_view scope) {
  return scope == "openid" || client.default_scopes.contains(scope) || client.optional_scopes.contains(scope);
}

// Scopes that only steer what is in a token. Keycloak's exports list them among the default scopes of every
// client.
bool is_silent(std::string_view scope) {
  return scope == "roles" || scope == "web-origins" || scope == "acr" || scope == "basic";
}

std::string joined(const Names& scopes, bool (*is_shown)(std::string_view)) {
  std::string text;
  const auto append = [&](std::string_view scope) {
    if (!text.empty()) text += ' ';
    text += scope;
  };
  if (scopes.contains("openid")) append("openid");
  for (const std::string& scope : scopes) {
    if (scope != "openid" && is_shown(scope)) append(scope);
  }
  return text;
}

}  // namespace

const std::vector<std::string_view>& known_scopes() {
  static const std::vector<std::string_view> scopes{"openid", "profile", "email", "roles"};
  return scopes;
}

Result<Names> parse_scope(std::string_view text) {
  Names scopes;
  for (const std::string_view scope : core::split(text, ' ')) {
    if (scope.empty()) continue;
    if (!std::ranges::all_of(scope, is_scope_character) || scopes.size() == kScopesMax) {
      return refuse(ErrorKind::invalid, "invalid_scope", "malformed or too long");
    }
    scopes.emplace(scope);
  }
  return scopes;
}

std::string to_text(const Names& scopes) {
  return joined(scopes, [](std::string_view scope) { return !is_silent(scope); });
}

std::string stored_text(const Names& scopes) {
  return joined(scopes, [](std::string_view) { return true; });
}

Result<Names> grant_scopes(const Client& client, const Names& requested) {
  Names granted = client.default_scopes;
  for (const std::string& scope : requested) {
    if (!may_have(client, scope)) return refuse(ErrorKind::invalid, "invalid_scope", "not allowed: " + scope);
    granted.insert(scope);
  }
  return granted;
}

Result<Names> narrow_scopes(const Client& client, const Names& granted, const Names& requested) {
  Names narrowed;
  for (const std::string& scope : granted) {
    const bool is_wanted = requested.empty() || requested.contains(scope) || is_silent(scope);
    if (is_wanted && may_have(client, scope)) narrowed.insert(scope);
  }
  for (const std::string& scope : requested) {
    if (!granted.contains(scope)) return refuse(ErrorKind::invalid, "invalid_scope", "more than was granted");
  }
  return narrowed;
}

}  // namespace gatehouse::auth_server
