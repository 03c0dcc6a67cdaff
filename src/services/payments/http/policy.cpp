#include "services/payments/http/policy.hpp"

namespace gatehouse::payments {

service::Policy policy() {
  using service::Refusal;
  const std::vector<std::string_view> callers{"gateway", "orders"};
  // The two that answer as the reference architecture's example does may also be asked directly, with the
  // operator's certificate: they still want a token.
  const std::vector<std::string_view> direct{"gateway", "orders", "demo"};
  const std::vector<std::string_view> orders{"orders"};
  return {.roles = identity::RoleTable({
              {"payment",
               {"payments:create:any", "payments:read:any", "payments:capture:any", "payments:cancel:any",
                "payments:refund:any"}},
              // The order saga reaches the payments that it made, and no others.
              {"service:orders",
               {"payments:create:own", "payments:read:own", "payments:capture:own", "payments:cancel:own",
                "payments:refund:own"}},
          }),
          .routes = {
              // A gateway route that strips its path sends the collection to "/".
              {"POST", "/", direct, "payments:create", orders, Refusal::plain_json},
              {"POST", "/payments", direct, "payments:create", orders, Refusal::plain_json},
              {"GET", "/", callers, "payments:read", orders},
              {"GET", "/payments", callers, "payments:read", orders},
              {"GET", "/payments/{id}", callers, "payments:read", orders},
              {"GET", "/payments/{id}/refunds", callers, "payments:read", orders},
              {"POST", "/payments/{id}/capture", callers, "payments:capture", orders},
              {"POST", "/payments/{id}/cancel", callers, "payments:cancel", orders},
              {"POST", "/payments/{id}/refunds", callers, "payments:refund", orders},
          }};
}

}  // namespace gatehouse::payments
