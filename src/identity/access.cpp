#include "identity/access.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/text.hpp"

namespace gatehouse::identity {

Permission Permission::parse(std::string_view text) {
  const auto parts = core::split(text, ':');
  if (parts.size() == 3 && !parts[0].empty() && !parts[1].empty()) {
    Permission permission{std::string(parts[0]), std::string(parts[1]), Scope::own};
    if (parts[2] == "own") return permission;
    permission.scope = Scope::tenant;
    if (parts[2] == "tenant") return permission;
    permission.scope = Scope::any;
    if (parts[2] == "any") return permission;
  }
  throw std::logic_error("a permission is resource:action:own|tenant|any, not \"" + std::string(text) + "\"");
}

RoleTable::RoleTable(Rows rows) {
  for (const auto& [role, permissions] : rows) {
    auto& row = rows_[std::string(role)];
    for (const auto text : permissions) row.push_back(Permission::parse(text));
  }
}

std::optional<Scope> RoleTable::widest(const std::set<std::string, std::less<>>& roles,
                                       std::string_view resource, std::string_view action) const {
  std::optional<Scope> widest;
  for (const std::string& role : roles) {
    const auto row = rows_.find(role);
    if (row == rows_.end()) continue;
    for (const Permission& permission : row->second) {
      if (permission.resource != resource || permission.action != action) continue;
      if (!widest || *widest < permission.scope) widest = permission.scope;
    }
  }
  return widest;
}

std::vector<std::string> RoleTable::roles() const {
  std::vector<std::string> names;
  for (const auto& [role, permissions] : rows_) names.push_back(role);
  return names;
}

}  // namespace gatehouse::identity
