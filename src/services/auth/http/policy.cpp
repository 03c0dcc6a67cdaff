#include "services/auth/http/policy.hpp"

namespace gatehouse::auth {

service::Policy policy() {
  identity::RoleTable roles{
      {"customer",
       {"user:read:own", "user:update:own", "user:erase:own", "user:export:own", "password:set:own"}},
      {"payment",
       {"user:read:own", "user:update:own", "user:erase:own", "user:export:own", "password:set:own"}},
      {"support",
       {"user:read:any", "user:list:any", "user:update:own", "user:erase:own", "user:export:own",
        "password:set:own", "role:read:any"}},
      {"admin",
       {"user:read:any", "user:list:any", "user:create:any", "user:update:any", "user:erase:any",
        "user:export:any", "password:set:any", "role:read:any", "role:assign:any", "audit:read:any"}},
  };
  return {
      .roles = std::move(roles),
      .routes = {
          // Between roles only: the gateway is no caller, so no path from outside leads here.
          {.method = "POST", .path = "/internal/credentials/verify", .callers = {"auth-server"}},
          {.method = "POST",
           .path = "/internal/users",
           .callers = {"auth-server"},
           .speak_for_themselves = {"auth-server"}},
          {.method = "GET", .path = "/internal/users/{id}", .callers = {"auth-server"}},

          {.method = "GET", .path = "/users", .callers = {"gateway"}, .permission = "user:list"},
          {.method = "POST", .path = "/users", .callers = {"gateway"}, .permission = "user:create"},
          {.method = "GET", .path = "/users/{id}", .callers = {"gateway"}, .permission = "user:read"},
          {.method = "PATCH", .path = "/users/{id}", .callers = {"gateway"}, .permission = "user:update"},
          {.method = "DELETE", .path = "/users/{id}", .callers = {"gateway"}, .permission = "user:erase"},
          {.method = "GET",
           .path = "/users/{id}/export",
           .callers = {"gateway"},
           .permission = "user:export"},
          {.method = "PUT",
           .path = "/users/{id}/password",
           .callers = {"gateway"},
           .permission = "password:set"},
          {.method = "PUT", .path = "/users/{id}/roles", .callers = {"gateway"}, .permission = "role:assign"},
          {.method = "GET", .path = "/users/{id}/audit", .callers = {"gateway"}, .permission = "audit:read"},
          {.method = "GET", .path = "/roles", .callers = {"gateway"}, .permission = "role:read"},
      }};
}

}  // namespace gatehouse::auth
