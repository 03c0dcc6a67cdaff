// What can be asked of a person's record, and by whom: everybody may change his own name and address, an
// administrator also whether the account is open and the address confirmed. Anything else has its own way
// (password, roles) or never changes (id, username).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "services/auth/domain/person.hpp"

namespace gatehouse::auth {

struct PersonChanges {
  std::optional<std::string> email;  // "" takes the address away
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<bool> enabled;
  std::optional<bool> email_verified;
};

enum class Authority : std::uint8_t { own, administrator };

// Applies the changes and names the fields that really differ. `field_not_yours` if a field is beyond the
// authority; a new address is unconfirmed until an administrator says otherwise; closing an account voids its
// tokens.
[[nodiscard]] Result<std::vector<std::string>> apply(Person&, const PersonChanges&, Authority,
                                                     core::SystemTime now);

}  // namespace gatehouse::auth
