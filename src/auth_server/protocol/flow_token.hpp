// What binds a form to the browser that was shown it and to the request it was shown for (CSRF, login CSRF):
// an HMAC over both, with the time. No row in the store: showing a login page costs nothing. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/secret.hpp"

namespace gatehouse::auth_server {

inline constexpr std::string_view kFlowTokenPurpose = "flow-token";

struct Flow {
  std::string_view form;  // a literal: "login", "logout"
  std::string realm;
  std::string cookie;      // the browser's flow cookie
  std::string parameters;  // the request, form-encoded
};

enum class FlowCheck { good, expired, forged };

[[nodiscard]] std::string make_flow_token(const Secret& key, const Flow&, core::SystemTime now);
[[nodiscard]] FlowCheck check_flow_token(const Secret& key, const Flow&, std::string_view token,
                                         std::chrono::seconds lifetime, core::SystemTime now);

}  // namespace gatehouse::auth_server
