// Inside the crypto room only: the two written forms of an ECDSA signature. JOSE wants r||s, OpenSSL speaks
// DER.
#pragma once

#include <string>
#include <string_view>

#include "crypto/jwk.hpp"

namespace gatehouse::crypto {

// ES*: bytes of r and of s in a JOSE signature; 0 for the other algorithms.
[[nodiscard]] std::size_t ecdsa_half_bytes(Algorithm);
// Between r||s (RFC 7518 section 3.4) and DER; empty for anything that is not exactly of that form.
[[nodiscard]] std::string ecdsa_der_from_raw(std::string_view raw, std::size_t half_bytes);
[[nodiscard]] std::string ecdsa_raw_from_der(std::string_view der, std::size_t half_bytes);

}  // namespace gatehouse::crypto
