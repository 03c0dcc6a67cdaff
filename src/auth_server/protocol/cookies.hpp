// The two cookies of the auth server (RFC 6265bis). The prefix __Host- makes a browser refuse them from any
// other host, path or clear text. SameSite=Lax: they come along when an application sends its person here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace gatehouse::auth_server {

inline constexpr std::string_view kSessionCookie = "__Host-gatehouse_session";  // who is logged in
inline constexpr std::string_view kFlowCookie = "__Host-gatehouse_flow";  // which browser was shown a form

// Nothing if it is absent, there twice with different values, or not one of ours by its form.
[[nodiscard]] std::optional<std::string> cookie_of(const http::Headers& headers, std::string_view name);
// Until the browser closes; the server's own limits are tighter.
void set_cookie(http::Response& response, std::string_view name, std::string_view value);
void clear_cookie(http::Response& response, std::string_view name);

}  // namespace gatehouse::auth_server
