#include "services/auth/domain/role.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::auth {

Result<void> check_role_name(std::string_view name) {
  const bool printable =
      std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  const bool trimmed = core::trim(name).size() == name.size();
  if (name.empty() || name.size() > 100 || !printable || !trimmed || !core::is_valid_utf8(name)) {
    return refuse(ErrorKind::unprocessable, "invalid_role",
                  "a role's name has 1 to 100 printable characters");
  }
  return {};
}

Result<void> check_known(const RoleAssignment& assignment, const std::vector<Role>& known) {
  const auto is_known = [&](std::string_view client, std::string_view name) {
    return std::ranges::any_of(known,
                               [&](const Role& role) { return role.client == client && role.name == name; });
  };
  for (const std::string& name : assignment.realm_roles) {
    if (!is_known("", name))
      return refuse(ErrorKind::unprocessable, "unknown_role", fmt::format("realm role {}", name));
  }
  for (const auto& [client, names] : assignment.client_roles) {
    for (const std::string& name : names) {
      if (is_known(client, name)) continue;
      return refuse(ErrorKind::unprocessable, "unknown_role",
                    fmt::format("role {} of client {}", name, client));
    }
  }
  return {};
}

Result<void> check_not_own_admin(const RoleAssignment& assignment, const Person& target,
                                 std::string_view actor) {
  const bool loses_it =
      target.realm_roles.contains(kAdminRole) && !assignment.realm_roles.contains(kAdminRole);
  if (target.id == actor && loses_it) {
    return refuse(ErrorKind::conflict, "own_admin_role",
                  "an administrator cannot take the role from himself");
  }
  return {};
}

}  // namespace gatehouse::auth
