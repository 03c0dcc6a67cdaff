// One element of "clients" of a realm file; see realm_import.hpp for the form.
#pragma once

#include <string>

#include "auth_server/clients/client.hpp"
#include "auth_server/clients/realm_import.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Result<Client> import_client(const json::object&, const std::string& path,
                                           const ImportContext&);

}  // namespace gatehouse::auth_server
