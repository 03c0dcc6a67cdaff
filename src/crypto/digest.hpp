// Digests: SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). Nothing weaker is offered.
// Results are raw bytes (32 of them); use core/encoding for text. Any thread; no errors short of a broken
// OpenSSL, which aborts: there is no safe way on without a digest.
#pragma once

#include <string>
#include <string_view>

namespace gatehouse::crypto {

[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

}  // namespace gatehouse::crypto
