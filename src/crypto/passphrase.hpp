// A file that a passphrase opens: the EncryptedPrivateKeyInfo of PKCS #8 (RFC 5958 section 3) around a
// secret text, as PEM "GATEHOUSE ENCRYPTED KEYS". The scheme is PBES2 (RFC 8018 section 6.2) with scrypt
// (RFC 7914; N=2^14, r=8, p=5: 16 MiB) and AES-256-CBC.
//
// CBC does not notice changed bits: a SHA-256 of the text goes in front of it, inside. Opening takes about
// 0.2 s; call it at start, on blocking threads or from commands.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::crypto {

inline constexpr std::size_t kPassphraseBytesMin = 12;

// Errors: invalid `passphrase_too_short`; internal `seal_failed`.
[[nodiscard]] Result<std::string> seal_with_passphrase(const Secret& text, const Secret& passphrase);
// Errors: internal `wrong_passphrase` (also for a file that was altered), `bad_wrapped_file`.
[[nodiscard]] Result<Secret> open_with_passphrase(std::string_view pem, const Secret& passphrase);

}  // namespace gatehouse::crypto
