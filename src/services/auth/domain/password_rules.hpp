// What a new password must be: long, not the person's own name, not one that everybody tries first. Rules
// about which characters to mix are left out on purpose (NIST SP 800-63B section 3.1.1.2): they make
// passwords worse.
#pragma once

#include <cstddef>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "services/auth/domain/person.hpp"

namespace gatehouse::auth {

struct PasswordLimits {
  std::size_t bytes_min = 12;
  std::size_t bytes_max = 256;  // hashing is work: what is longer is refused before it costs anything
};

// `weak_password` with the broken rule. The password itself is never part of the error.
[[nodiscard]] Result<void> check_new_password(const Secret& password, const Person& owner,
                                              const PasswordLimits& limits = {});

}  // namespace gatehouse::auth
