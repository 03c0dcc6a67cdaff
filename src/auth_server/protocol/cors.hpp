// Cross-origin calls of browser applications (Fetch standard, CORS). An origin is answered only if a client
// was given it; it is always echoed, never "*", because applications send credentials along.
#pragma once

#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

// Lets the request's origin read the answer if it is one of the client's. `client` may be null: nothing is
// added.
void allow_origin(http::Response&, const http::Headers& request, const Client* client);

// A preflight names no client: any origin that some client of the realm has may ask further.
[[nodiscard]] http::Response preflight(const Realm&, const http::Headers& request);

}  // namespace gatehouse::auth_server
