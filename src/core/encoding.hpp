// Bytes as text: hex (lower case), base64 (RFC 4648 section 4) and base64url without padding (section 5).
// Decoding is strict: a stray character, padding where none belongs or non-zero trailing bits give nothing,
// because two spellings of one token are two chances to slip past a check.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::core {

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace gatehouse::core
