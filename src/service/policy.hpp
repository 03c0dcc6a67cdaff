// Who may call which route: the table that each service states in its http/policy.cpp. A route without an
// entry, and an entry without a route, stop the role from starting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/access.hpp"

namespace gatehouse::service {

enum class Refusal {
  problem,     // RFC 9457 documents, WWW-Authenticate: Bearer
  plain_json,  // {"error":"Unauthorized"} 401, {"error":"Invalid token"} 403, {"error":"Insufficient
               // permissions"} 403
};

struct RoutePolicy {
  std::string_view method;
  std::string_view path;                  // template: "/orders/{id}"
  std::vector<std::string_view> callers;  // roles whose certificate may call: {"gateway", "orders"}
  // "orders:read": the principal must hold it in some scope. Empty: callers alone decide (internal and public
  // routes).
  std::string_view permission;
  // Callers that may come without a bearer token and then speak for themselves as "service:<role>".
  std::vector<std::string_view> speak_for_themselves;
  Refusal refusal = Refusal::problem;
};

struct Policy {
  identity::RoleTable roles;
  std::vector<RoutePolicy> routes;
  bool keeps_spans = true;  // false for a role that is asked all day long, on nobody's behalf
};

}  // namespace gatehouse::service
