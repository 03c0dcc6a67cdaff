// Reads people and roles out of a realm's export in Keycloak's form (kc.sh export, "partial export" of its
// console):
//
//   {"realm": "shop", "roles": {"realm": [{"name": "customer"}], "client": {"till": [{"name": "cashier"}]}},
//    "users": [{"username": "ann", "email": "…", "firstName": "…", "lastName": "…", "enabled": true,
//               "emailVerified": true, "realmRoles": ["customer"], "clientRoles": {"till": ["cashier"]},
//               "credentials": [{"type": "password", "value": "${file:demo_ann}"}]}]}
//
// Everything else of that form is let pass: the auth server reads the clients. A wrong type or value is
// refused with its path. "${file:NAME}" stands for the content of a secret file, so that an export need not
// hold passwords. Users that are service accounts of clients are not people and are passed over.
#pragma once

#include <functional>
#include <string>

#include <boost/json.hpp>

#include "core/fields.hpp"
#include "core/result.hpp"
#include "services/auth/domain/realm_export.hpp"

namespace gatehouse::auth {

using ReadSecret = std::function<Result<Secret>(const std::string& name)>;

// `invalid_field` (invalid) with the path; the domain's own reasons for a name or an address that it refuses.
[[nodiscard]] Result<RealmExport> read_keycloak_realm(const json::object& document,
                                                      const ReadSecret& read_secret);
// A whole file: one realm, or a list of them.
[[nodiscard]] Result<std::vector<RealmExport>> read_keycloak_realms(std::string_view text,
                                                                    const ReadSecret& read_secret);

}  // namespace gatehouse::auth
