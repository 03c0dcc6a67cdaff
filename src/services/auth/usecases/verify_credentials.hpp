// Is this name and password a person who may log in? Asked by the auth server, which never sees a hash.
#pragma once

#include <string>

#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

struct LoginAttempt {
  std::string realm;
  Pii login;  // username or e-mail address, as typed
  Secret password;
  std::string client_address;  // of the browser; empty: not known, and not limited
};

// `invalid_credentials` (unauthenticated) for unknown, wrong, locked and disabled alike;
// `too_many_attempts` (rate_limited) if the address has failed too often, whoever it tries to be.
[[nodiscard]] Awaitable<Result<Person>> verify_credentials(Ports ports, LoginAttempt attempt);

}  // namespace gatehouse::auth
