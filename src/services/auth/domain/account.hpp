// An account: a person together with what guards the door. It never leaves the service.
#pragma once

#include "core/secret.hpp"
#include "services/auth/domain/person.hpp"

namespace gatehouse::auth {

struct Account {
  Person person;
  Secret password_hash;  // PHC string; empty: no password was ever set, none fits
};

}  // namespace gatehouse::auth
