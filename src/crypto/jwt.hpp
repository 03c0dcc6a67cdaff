// JSON Web Tokens in compact form (RFC 7515 section 7.1, RFC 7519, best practice RFC 8725): read, verified,
// signed.
//
// Every refusal is ErrorKind::unauthenticated with one of these reasons, in the order of the checks:
//   bad_token (malformed, or a claim of the wrong type), unknown_kid, algorithm_mismatch, bad_signature,
//   wrong_issuer, wrong_audience, wrong_type, token_expired, token_not_yet_valid
// The detail is for the log: do not tell a client more than that its token is not good.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/fields.hpp"
#include "core/result.hpp"
#include "crypto/jwk.hpp"

namespace gatehouse::crypto {

inline constexpr std::size_t kTokenBytesMax = 16 * 1024;

// UNTRUSTED: nothing in it is true before verify_signature().
struct ParsedJwt {
  json::object header;
  json::object payload;
  Algorithm algorithm;             // what the header claims; only to be compared with a key's
  std::string_view signing_input;  // into the token that was parsed: keep the token alive
  std::string signature;           // decoded
};

// Three parts of strict base64url; header and payload one JSON object each, no duplicate member, no trailing
// data. Refused: more than 16 KiB, an "alg" that is not one of Algorithm (so "none" in any spelling), any
// "crit", a "b64" other than true, an empty signature, a "kid" that is no string or over 256 bytes. "jku",
// "x5u", "jwk" and "x5c" are not looked at.
[[nodiscard]] Result<ParsedJwt> parse_jwt(std::string_view token);

// algorithm_mismatch, bad_signature.
[[nodiscard]] Result<void> verify_signature(const ParsedJwt&, const VerifyKey&);

struct JwtExpectation {
  std::string issuer;                   // "iss" must be this
  std::optional<std::string> audience;  // if set: "aud" (a string or an array) must hold it
  std::optional<std::string> typ;  // if set: the payload's "typ" must be this ("Bearer", "ID", "Refresh")
  core::SystemTime now;
  std::chrono::seconds leeway{5};  // for exp and nbf
};

// "exp" is required; exp, nbf and iat must be non-negative integers where present. A token is expired from
// the second "exp" on (plus leeway).
[[nodiscard]] Result<void> check_claims(const json::object& payload, const JwtExpectation&);

// parse, find the key by "kid", verify, check the claims: the payload of a token that can be believed.
// A token without "kid" is tried with the set's only key, if there is just one.
[[nodiscard]] Result<json::object> verify_jwt(std::string_view token, const KeySet&, const JwtExpectation&);

// A signed token with header {"alg", "typ": header_typ, "kid"}. `header_typ`: "JWT", "at+jwt" (RFC 9068),
// "logout+jwt". Errors: internal `sign_failed`, `token_too_long`.
[[nodiscard]] Result<std::string> sign_jwt(const SigningKey&, const json::object& payload,
                                           std::string_view header_typ);

}  // namespace gatehouse::crypto
