// Inside the crypto room only: between JWK members and OpenSSL's public keys, and which key suits which
// algorithm.
#pragma once

#include <string>
#include <string_view>

#include "core/fields.hpp"
#include "core/result.hpp"
#include "crypto/jwk.hpp"
#include "crypto/openssl.hpp"

namespace gatehouse::crypto {

// The key in a JWK's members for kty RSA, EC and OKP. `bad_key`.
[[nodiscard]] Result<openssl::Pkey> public_key_from_jwk(const json::object& jwk);
// {"kty", …}: the members that RFC 7638 counts, and so no private one. `bad_key` for other types of key.
[[nodiscard]] Result<json::object> jwk_of(const EVP_PKEY*);
// RFC 7638: base64url(SHA-256(the required members in lexical order)).
[[nodiscard]] std::string thumbprint_of(const json::object& required_members);

// Type, curve and size: ES256 is P-256 only, RSA is 2048 to 8192 bits with a small odd exponent. `bad_key`.
[[nodiscard]] Result<void> check_suits(Algorithm, const EVP_PKEY*);

// The digest inside the algorithm's signature; null for EdDSA, which hashes on its own.
[[nodiscard]] const EVP_MD* digest_of(Algorithm);
// RFC 7518 section 3.5: PSS with a salt as long as the hash. Nothing to do for the others.
[[nodiscard]] bool set_padding(Algorithm, EVP_PKEY_CTX*);

}  // namespace gatehouse::crypto
