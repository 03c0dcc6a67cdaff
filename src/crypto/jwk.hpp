// Keys that sign and verify tokens. A key object carries exactly one algorithm, fixed when it is made: what a
// token's header says is only ever compared with it. HMAC keys come from from_secret() alone and public keys
// never do, so one cannot stand in for the other. Private keys and shared secrets never come out of a JWK.
//
// Key objects are cheap to copy, immutable, and may be used from any thread.
// Errors of making a key: invalid `bad_key` (detail: what is wrong with it), `unsupported_algorithm`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fields.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::crypto {

// RFC 7518 section 3.1 and RFC 8037 (EdDSA means Ed25519 here).
enum class Algorithm : std::uint8_t { es256, es384, rs256, rs384, rs512, ps256, eddsa, hs256, hs384, hs512 };

[[nodiscard]] std::string_view name_of(Algorithm);  // "ES256"
[[nodiscard]] std::optional<Algorithm> algorithm_from_name(
    std::string_view);  // case matters; "none" is not one
[[nodiscard]] bool is_hmac(Algorithm);

class VerifyKey {
 public:
  // RSA (2048 to 8192 bits), EC (P-256, P-384) and OKP (Ed25519) public keys. The algorithm is the JWK's
  // "alg", or `algorithm` where the JWK has none; if both are there they must agree. "use" must be "sig" and
  // "key_ops" must hold "verify" where present. "kty":"oct" and JWKs with private members are refused. kid()
  // is the JWK's "kid" (at most 256 bytes), or the thumbprint.
  [[nodiscard]] static Result<VerifyKey> from_jwk(const json::object& jwk,
                                                  std::optional<Algorithm> algorithm = std::nullopt);
  // SubjectPublicKeyInfo in PEM ("BEGIN PUBLIC KEY"). kid() is the thumbprint.
  [[nodiscard]] static Result<VerifyKey> from_public_pem(Algorithm, std::string_view pem);
  // hs256, hs384, hs512 only. The secret must not be empty; 32 bytes or more are wise. kid() is empty.
  [[nodiscard]] static Result<VerifyKey> from_secret(Algorithm, Secret);

  [[nodiscard]] const std::string& kid() const;
  [[nodiscard]] Algorithm algorithm() const;
  // `signature` in JOSE form: RSA and EdDSA as they are, ES* as r||s of exactly 64 or 96 bytes. Never throws.
  [[nodiscard]] bool verify(std::string_view input, std::string_view signature) const;

 private:
  friend class SigningKey;
  struct Material;
  explicit VerifyKey(std::shared_ptr<const Material> material) : material_(std::move(material)) {}

  std::shared_ptr<const Material> material_;
};

class SigningKey {
 public:
  // RSA keys are 2048 bits and take some 100 ms: generate on a BlockingPool. hs*: `unsupported_algorithm`.
  [[nodiscard]] static Result<SigningKey> generate(Algorithm);
  // PKCS #8 in PEM ("BEGIN PRIVATE KEY"), unencrypted; the key's type must suit the algorithm.
  [[nodiscard]] static Result<SigningKey> from_private_pem(Algorithm, const Secret& pem);
  [[nodiscard]] Secret to_private_pem() const;

  [[nodiscard]] const std::string& kid() const;  // RFC 7638 thumbprint, SHA-256, base64url
  [[nodiscard]] Algorithm algorithm() const;
  // The JOSE-form signature, raw bytes. ES256 takes some 20 µs, RS256 some 270. Errors: internal
  // `sign_failed`.
  [[nodiscard]] Result<std::string> sign(std::string_view input) const;
  // {"kty", "kid", "alg", "use": "sig", …}: public members only.
  [[nodiscard]] json::object public_jwk() const;
  [[nodiscard]] VerifyKey verify_key() const;

 private:
  struct Material;
  explicit SigningKey(std::shared_ptr<const Material> material) : material_(std::move(material)) {}

  std::shared_ptr<const Material> material_;
};

// The public keys of one issuer (RFC 7517 section 5), found by kid. Immutable: replace the whole set.
class KeySet {
 public:
  static constexpr std::size_t kKeysMax = 64;

  KeySet() = default;
  explicit KeySet(std::vector<VerifyKey> keys) : keys_(std::move(keys)) {}

  // Skips keys that VerifyKey::from_jwk() refuses (section 5 asks for it) and all after the first 64.
  // `algorithm` is for issuers that publish keys without "alg". Errors: bad_upstream `bad_key_set` if it is
  // no JWKS at all.
  [[nodiscard]] static Result<KeySet> from_jwks(std::string_view text,
                                                std::optional<Algorithm> algorithm = std::nullopt);

  // Null if unknown. Valid as long as this set. The first of two keys with one kid wins.
  [[nodiscard]] const VerifyKey* find(std::string_view kid) const;
  [[nodiscard]] const std::vector<VerifyKey>& all() const { return keys_; }

 private:
  std::vector<VerifyKey> keys_;
};

}  // namespace gatehouse::crypto
