#include "auth_server/protocol/routes.hpp"

#include "auth_server/admin/admin_api.hpp"
#include "auth_server/protocol/answers.hpp"
#include "auth_server/protocol/authorize.hpp"
#include "auth_server/protocol/cors.hpp"
#include "auth_server/protocol/device_authorization.hpp"
#include "auth_server/protocol/device_pages.hpp"
#include "auth_server/protocol/discovery.hpp"
#include "auth_server/protocol/introspection.hpp"
#include "auth_server/protocol/login.hpp"
#include "auth_server/protocol/logout.hpp"
#include "auth_server/protocol/registration.hpp"
#include "auth_server/protocol/revocation.hpp"
#include "auth_server/protocol/token.hpp"
#include "auth_server/protocol/userinfo.hpp"

namespace gatehouse::auth_server {
namespace {

using Endpoint = Awaitable<Result<http::Response>> (*)(OpenIdProvider&, service::Call&);

Awaitable<Result<http::Response>> serve_preflight(OpenIdProvider& provider, service::Call& call) {
  const auto entered = enter_realm(provider, call);
  if (!entered) co_return oauth_error(entered.error());
  co_return preflight(*entered->realm, entered->headers());
}

enum class Audience { browsers, everyone };

struct Row {
  std::string_view method;
  std::string_view path;
  Endpoint endpoint;
  Audience audience = Audience::browsers;
};

constexpr std::string_view kToken = "/realms/{realm}/protocol/openid-connect/token";
constexpr std::string_view kUserinfo = "/realms/{realm}/protocol/openid-connect/userinfo";
constexpr std::string_view kIntrospect = "/realms/{realm}/protocol/openid-connect/token/introspect";
constexpr std::string_view kRevoke = "/realms/{realm}/protocol/openid-connect/revoke";
constexpr std::string_view kLogout = "/realms/{realm}/protocol/openid-connect/logout";
constexpr std::string_view kAuthorize = "/realms/{realm}/protocol/openid-connect/auth";
constexpr std::string_view kRegistrations = "/realms/{realm}/protocol/openid-connect/registrations";
constexpr std::string_view kDevice = "/realms/{realm}/protocol/openid-connect/auth/device";

constexpr Row kRows[] = {
    {"GET", "/realms/{realm}/.well-known/openid-configuration", serve_discovery, Audience::everyone},
    {"GET", "/realms/{realm}/.well-known/oauth-authorization-server", serve_discovery, Audience::everyone},
    {"GET", "/.well-known/oauth-authorization-server/realms/{realm}", serve_discovery, Audience::everyone},
    {"GET", "/realms/{realm}/protocol/openid-connect/certs", serve_certs, Audience::everyone},
    {"GET", kAuthorize, serve_authorize},
    {"POST", kAuthorize, serve_authorize},
    {"POST", "/realms/{realm}/login-actions/authenticate", serve_login},
    {"GET", kRegistrations, serve_registrations},
    {"POST", kRegistrations, serve_registrations},
    {"POST", "/realms/{realm}/login-actions/registration", serve_registration},
    {"POST", kToken, serve_token},
    {"OPTIONS", kToken, serve_preflight},
    {"POST", kDevice, serve_device_authorization},
    {"OPTIONS", kDevice, serve_preflight},
    {"GET", "/realms/{realm}/device", serve_device},
    {"POST", "/realms/{realm}/device/code", serve_device_code},
    {"POST", "/realms/{realm}/device/login", serve_device_login},
    {"POST", "/realms/{realm}/device/answer", serve_device_answer},
    {"GET", kUserinfo, serve_userinfo},
    {"POST", kUserinfo, serve_userinfo},
    {"OPTIONS", kUserinfo, serve_preflight},
    {"POST", kIntrospect, serve_introspection},
    {"POST", kRevoke, serve_revocation},
    {"OPTIONS", kRevoke, serve_preflight},
    {"GET", kLogout, serve_logout},
    {"POST", kLogout, serve_logout},
    {"OPTIONS", kLogout, serve_preflight},
    {"POST", "/realms/{realm}/protocol/openid-connect/logout/logout-confirm", serve_logout_confirmation},
    {"GET", "/admin/realms/{realm}/users/{user}/sessions", serve_user_sessions},
    {"POST", "/admin/realms/{realm}/users/{user}/logout", serve_user_logout},
    {"DELETE", "/admin/realms/{realm}/sessions/{session}", serve_session_removal},
    {"GET", "/internal/realms/{realm}/ended-sessions", serve_ended_sessions},
};

std::vector<std::string_view> callers_of(Audience audience) {
  if (audience == Audience::browsers) return {"gateway"};
  return {"gateway", "auth", "payments", "orders", "up", "demo"};
}

}  // namespace

service::Policy route_policy() {
  service::Policy policy{identity::RoleTable{{}}, {}};
  for (const Row& row : kRows) {
    policy.routes.push_back({.method = row.method,
                             .path = row.path,
                             .callers = callers_of(row.audience),
                             .permission = {},
                             .speak_for_themselves = {},
                             .refusal = service::Refusal::problem});
  }
  return policy;
}

void add_routes(service::Router& router, OpenIdProvider& provider) {
  for (const Row& row : kRows) {
    router.route(row.method, row.path, [&provider, endpoint = row.endpoint](service::Call& call) {
      return endpoint(provider, call);
    });
  }
}

service::VerifyBearer leave_to_endpoint() {
  return [](std::string) -> Awaitable<Result<identity::Principal>> { co_return identity::Principal{}; };
}

}  // namespace gatehouse::auth_server
