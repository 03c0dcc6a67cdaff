// Identifiers. All are random: nothing can be guessed or counted from one.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace gatehouse::core {

// `count` bytes from the kernel's generator; aborts if it cannot be had (there is no safe way on).
[[nodiscard]] std::string random_bytes(std::size_t count);
// URL-safe text of `bytes` random bytes: 32 bytes are a 43-character token.
[[nodiscard]] std::string random_token(std::size_t bytes = 32);

[[nodiscard]] std::string uuid_v4();                // RFC 9562 section 5.4: what Kong's entities carry
[[nodiscard]] std::string uuid_v7(SystemTime now);  // RFC 9562 section 5.7: sorts by time, for rows
[[nodiscard]] bool is_uuid(std::string_view);       // 8-4-4-4-12 hex, any version

// "ord_0192f3…": a prefix that names the kind, then a time-ordered random part (Stripe's habit).
[[nodiscard]] std::string prefixed_id(std::string_view prefix, SystemTime now);

}  // namespace gatehouse::core
