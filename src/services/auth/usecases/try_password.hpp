// The one way to try a password: under the account's lock, and in the same time whatever comes of it.
#pragma once

#include <optional>

#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

// Whether the password opens the account. No account, a closed one, a locked one and a wrong password are all
// just `false`, after the same work: one hash and one write. The lock is looked at again after the hash, so
// many guesses sent at once gain nothing over one after the other. Errors only if the ports fail.
[[nodiscard]] Awaitable<Result<bool>> try_password(Ports ports, std::string realm, Pii login,
                                                   std::optional<Account> account, Secret password);

}  // namespace gatehouse::auth
