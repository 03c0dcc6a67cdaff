// The forms of an answer: OAuth's JSON, its errors, and redirects. Errors travel as Error with the OAuth
// error code as reason ("invalid_grant") and its description as detail.
#pragma once

#include <string>
#include <string_view>

#include "core/fields.hpp"
#include "core/result.hpp"
#include "http/message.hpp"

namespace gatehouse::auth_server {

// JSON that nobody keeps (RFC 6749 section 5.1).
[[nodiscard]] http::Response private_json(unsigned status, const json::object& body);
// JSON that anyone may keep for a while and any origin may read.
[[nodiscard]] http::Response public_json(std::string text, unsigned max_age_seconds);

// RFC 6749 section 5.2. What is not the client's fault becomes server_error or temporarily_unavailable,
// logged here.
[[nodiscard]] http::Response oauth_error(const Error& error);
// RFC 6750 section 3: the same for a protected resource, with its challenge.
[[nodiscard]] http::Response bearer_error(const Error& error, std::string_view realm);

[[nodiscard]] http::Response redirect(unsigned status, const std::string& location);

}  // namespace gatehouse::auth_server
