// Proof Key for Code Exchange (RFC 7636), method S256 only. Pure.
#pragma once

#include <string_view>

namespace gatehouse::auth_server {

// 43 characters of base64url: a SHA-256 digest.
[[nodiscard]] bool is_code_challenge(std::string_view challenge);
// 43 to 128 unreserved characters (section 4.1).
[[nodiscard]] bool is_code_verifier(std::string_view verifier);
// False for anything that is not a verifier, too.
[[nodiscard]] bool proves(std::string_view verifier, std::string_view challenge);

}  // namespace gatehouse::auth_server
