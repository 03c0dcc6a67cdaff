// The table of the orders service: see policy.hpp. What is sold may be seen by anybody who comes through the
// gateway.
#include "services/orders/http/policy.hpp"

namespace gatehouse::orders {

service::Policy policy() {
  const std::vector<std::string_view> callers{"gateway"};
  return {.roles = identity::RoleTable({
              {"customer", {"orders:create:own", "orders:read:own", "orders:cancel:own"}},
              {"support", {"orders:read:any"}},
              {"admin", {"orders:create:own", "orders:read:any", "orders:cancel:any"}},
          }),
          .routes = {
              {"GET", "/products", callers, "", {}},
              {"GET", "/products/{sku}", callers, "", {}},
              {"POST", "/orders", callers, "orders:create", {}},
              {"GET", "/orders", callers, "orders:read", {}},
              {"GET", "/orders/{id}", callers, "orders:read", {}},
              {"GET", "/orders/{id}/events", callers, "orders:read", {}},
              {"POST", "/orders/{id}/cancel", callers, "orders:cancel", {}},
          }};
}

}  // namespace gatehouse::orders
