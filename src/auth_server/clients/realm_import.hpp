// Reads the auth server's part of a realm from a file in the form of Keycloak's realm export: the realm
// itself and its clients. People, roles and passwords in the same file belong to the auth service, except
// that a user with "serviceAccountClientId" gives that client's service account its roles. Unknown keys are
// let pass: the form is Keycloak's, and this reads a part of it.
//
// "registrationAllowed": true lets people sign up. Their roles are "defaultRoles": ["customer"], the list
// that Keycloak still imports; the composite "defaultRole" of its newer exports is let pass, for roles made
// of roles do not exist here.
//
// Client attributes, all as text:
//   "post.logout.redirect.uris": "https://a/x##https://a/y", or "+" for the same as redirectUris
//   "id.token.signed.response.alg", "access.token.signed.response.alg": "ES256" or "RS256"
//   "access.token.lifespan": "300"
//   "access.token.header.type.rfc9068": "true" for the header type at+jwt
//   "redirect.path.tail.allowed": "true" allows redirect URIs that end in /*
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "auth_server/clients/realm.hpp"
#include "core/fields.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::auth_server {

struct ImportContext {
  std::string issuer_base;       // "https://localhost:8443": the issuer is <base>/realms/<realm>
  std::string default_audience;  // of clients without an audience mapper
  Lifetimes lifetimes;           // where the file says nothing
  // What "${file:NAME}" stands for.
  std::function<Result<Secret>(std::string_view name)> secret;
};

// One realm, or a list of realms. `invalid` with the path of what is wrong.
[[nodiscard]] Result<std::vector<Realm>> import_realms(std::string_view text, const ImportContext&);
[[nodiscard]] Result<Realm> import_realm(const json::object&, const ImportContext&);

}  // namespace gatehouse::auth_server
