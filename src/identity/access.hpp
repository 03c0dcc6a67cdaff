// Access as data: permissions `resource:action:scope`, which roles hold them, and what a request may
// therefore do.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "identity/principal.hpp"

namespace gatehouse::identity {

// Ordered: a wider scope includes the narrower.
enum class Scope { own, tenant, any };

struct Permission {
  std::string resource;
  std::string action;
  Scope scope = Scope::own;

  // "orders:read:own"; exceptions for a malformed literal (start-up).
  static Permission parse(std::string_view text);
};

// Which role holds which permissions. A service states its own as a table in http/policy.cpp.
class RoleTable {
 public:
  using Rows = std::initializer_list<std::pair<std::string_view, std::initializer_list<std::string_view>>>;
  explicit RoleTable(Rows rows);

  // The widest scope in which any of the roles may do it; nothing if none may.
  [[nodiscard]] std::optional<Scope> widest(const std::set<std::string, std::less<>>& roles,
                                            std::string_view resource, std::string_view action) const;
  [[nodiscard]] std::vector<std::string> roles() const;

 private:
  std::map<std::string, std::vector<Permission>, std::less<>> rows_;
};

// What a use case gets: who asks, and how far the permission reaches. The owner is part of every query.
struct Access {
  Principal principal;
  Scope scope = Scope::own;

  // The owner to put into the query; nothing when the scope is any.
  [[nodiscard]] std::optional<std::string> owner() const {
    if (scope == Scope::own) return principal.subject;
    return std::nullopt;
  }
};

}  // namespace gatehouse::identity
