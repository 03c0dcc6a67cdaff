// The role auth-server: OAuth 2 and OpenID Connect at Keycloak's URLs.
#pragma once

#include "service/config.hpp"

namespace gatehouse::auth_server {

// Until SIGTERM; answers with the exit code.
int run(const service::Config& config);

}  // namespace gatehouse::auth_server
