// How long things live, per realm. The defaults are Keycloak's.
#pragma once

#include <chrono>

namespace gatehouse::auth_server {

struct Lifetimes {
  std::chrono::seconds login_flow{1800};  // from showing the login page to its answer
  std::chrono::seconds authorization_code{60};
  std::chrono::seconds device_code{600};
  std::chrono::seconds device_interval{5};  // between two polls of a device
  std::chrono::seconds access_token{300};   // also of the id token
  std::chrono::seconds session_idle{1800};
  std::chrono::seconds session_max{36'000};
  std::chrono::seconds refresh_leeway{10};  // how long a refresh token just rotated still gets an answer
  unsigned refresh_siblings_max = 8;        // answers within that leeway
};

}  // namespace gatehouse::auth_server
