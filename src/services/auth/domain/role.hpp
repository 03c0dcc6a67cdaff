// Roles: names that a realm knows, either of the realm itself or of one client. What a role may do is policy,
// and stands where the routes are; here it is a name that can be given and taken.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "services/auth/domain/person.hpp"

namespace gatehouse::auth {

inline constexpr std::string_view kAdminRole = "admin";

struct Role {
  std::string name;
  std::string client;  // empty: a role of the realm
  std::string description;

  friend bool operator==(const Role&, const Role&) = default;
};

// 1 to 100 bytes, no control characters, no spaces at the ends. `invalid_role` otherwise.
[[nodiscard]] Result<void> check_role_name(std::string_view name);

struct RoleAssignment {
  RoleNames realm_roles;
  ClientRoles client_roles;
};

// Every role that is given must be known: `unknown_role` names the first that is not.
[[nodiscard]] Result<void> check_known(const RoleAssignment&, const std::vector<Role>& known);

// Whoever administers cannot shut himself out: `own_admin_role` if `actor` would take his own admin role.
[[nodiscard]] Result<void> check_not_own_admin(const RoleAssignment&, const Person& target,
                                               std::string_view actor);

}  // namespace gatehouse::auth
