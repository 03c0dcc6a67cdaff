// Where the names of a realm's roles are kept.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "services/auth/domain/role.hpp"

namespace gatehouse::auth {

class RoleStore {
 public:
  virtual ~RoleStore() = default;
  // Realm roles first, then by client; by name.
  [[nodiscard]] virtual Awaitable<Result<std::vector<Role>>> list(std::string realm) = 0;
  // Adds those that are not there yet and answers how many that were; the others stay as they are.
  [[nodiscard]] virtual Awaitable<Result<std::size_t>> add(std::string realm, std::vector<Role> roles) = 0;
};

}  // namespace gatehouse::auth
