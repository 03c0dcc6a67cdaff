// What the use cases work with, in one value of references: the wiring fills it once.
#pragma once

#include "core/clock.hpp"
#include "services/auth/domain/address_limiter.hpp"
#include "services/auth/domain/lockout.hpp"
#include "services/auth/domain/password_rules.hpp"
#include "services/auth/ports/attempt_store.hpp"
#include "services/auth/ports/password_hasher.hpp"
#include "services/auth/ports/person_store.hpp"
#include "services/auth/ports/role_store.hpp"

namespace gatehouse::auth {

struct Ports {
  PersonStore& people;  // may answer find() from a cache; everything else is fresh
  RoleStore& roles;
  AttemptStore& attempts;
  PasswordHasher& hasher;
  AddressLimiter& addresses;  // lives on the worker that runs the use cases
  const core::Clock& clock;
  Lockout lockout{};
  PasswordLimits password_limits{};
};

}  // namespace gatehouse::auth
