// Sets a password: one's own after showing the current one, or with the scope any, anybody else's.
#pragma once

#include "identity/access.hpp"
#include "services/auth/ports/ports.hpp"

namespace gatehouse::auth {

struct PasswordChange {
  Secret current;  // needed for one's own
  Secret fresh;
};

// Voids the tokens issued before, and opens a locked account when an administrator does it.
// `wrong_password` (forbidden) if the current one is wrong or the account is locked; `weak_password`;
// `unknown_person`, also for what is not yours.
[[nodiscard]] Awaitable<Result<Person>> set_password(Ports ports, identity::Access access, PersonKey key,
                                                     PasswordChange wanted);

}  // namespace gatehouse::auth
