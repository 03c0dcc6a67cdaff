// Which URL leads to which endpoint, and whose certificate may call it. The gateway speaks for browsers and
// applications; the other roles need only the public keys.
#pragma once

#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] service::Policy route_policy();
void add_routes(service::Router& router, OpenIdProvider& provider);
// For the Router: this server's endpoints judge bearer tokens themselves, so none is judged before them.
[[nodiscard]] service::VerifyBearer leave_to_endpoint();

}  // namespace gatehouse::auth_server
