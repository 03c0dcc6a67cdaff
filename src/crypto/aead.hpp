// AES-256-GCM (NIST SP 800-38D), the one cipher in which Gatehouse stores data. Callers want crypto/envelope;
// this is the layer below it.
//
// A key must not seal more than 2^32 messages with random nonces; a nonce must never repeat under one key.
// GCM does not commit to its key: try the one key that is named, never a list of keys.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::crypto {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;

// Gives ciphertext || tag (16 bytes longer than the plaintext). `aad` is bound, not stored.
// Errors: internal `bad_key_length`, `bad_nonce_length`, `too_long` (2^31 bytes), `seal_failed`.
[[nodiscard]] Result<std::string> seal(const Secret& key, std::string_view nonce, std::string_view plaintext,
                                       std::string_view aad);
// Errors: as seal(), and internal `ciphertext_rejected` for another key, nonce, aad or any changed bit.
[[nodiscard]] Result<std::string> open(const Secret& key, std::string_view nonce, std::string_view ciphertext,
                                       std::string_view aad);

}  // namespace gatehouse::crypto
