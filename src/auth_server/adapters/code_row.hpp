// An authorization code as a row of table `single_use`, the same in every engine.
#pragma once

#include <string>
#include <string_view>

#include "auth_server/sessions/authorization_code.hpp"
#include "core/result.hpp"

namespace gatehouse::auth_server {

// The type of codes in `single_use`: values of one kind can never be taken for another (CVE-2026-4282).
inline constexpr std::string_view kCodeType = "code";

struct CodeName {
  std::string realm;
  std::string hash;  // SHA-256 of what its holder presents
};

// The column `content`: the record as JSON.
[[nodiscard]] std::string content_of(const AuthorizationCode&);
// Without what has columns of its own: when it expires, when it was spent, what it led to.
// internal `bad_code_row`.
[[nodiscard]] Result<AuthorizationCode> code_of(std::string_view content);

}  // namespace gatehouse::auth_server
