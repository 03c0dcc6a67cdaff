#include "auth_server/protocol/cookies.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kAttributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";

bool is_ours(std::string_view value) {
  const auto bytes = core::from_base64url(value);
  return bytes && bytes->size() == 32;
}

}  // namespace

std::optional<std::string> cookie_of(const http::Headers& headers, std::string_view name) {
  std::optional<std::string> found;
  for (const http::HeaderField field : headers) {
    if (!core::iequals(field.name, "cookie")) continue;
    for (const std::string_view pair : core::split(field.value, ';')) {
      const auto parts = core::cut(core::trim(pair), '=');
      if (!parts || parts->first != name) continue;
      if (!is_ours(parts->second) || (found && *found != parts->second)) return std::nullopt;
      found = std::string(parts->second);
    }
  }
  return found;
}

void set_cookie(http::Response& response, std::string_view name, std::string_view value) {
  response.headers.add("Set-Cookie", fmt::format("{}={}{}", name, value, kAttributes));
}

void clear_cookie(http::Response& response, std::string_view name) {
  response.headers.add("Set-Cookie", fmt::format("{}={}; Max-Age=0", name, kAttributes));
}

}  // namespace gatehouse::auth_server
