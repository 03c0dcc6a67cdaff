// Keys that sign: the auth server's, and those of tests.
#include "crypto/ecdsa_signature.hpp"
#include "crypto/jwk.hpp"
#include "crypto/openssl.hpp"
#include "crypto/public_key.hpp"
#include "crypto/verify_material.hpp"

namespace gatehouse::crypto {
namespace {

using openssl::bytes_of;
using openssl::Pkey;

constexpr std::size_t kRsaBits = 2048;

std::unexpected<Error> sign_failed() {
  return fail(ErrorKind::internal, "sign_failed", openssl::take_errors());
}

Pkey generate_pkey(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
      return openssl::generate_ec_key("P-256");
    case Algorithm::es384:
      return openssl::generate_ec_key("P-384");
    case Algorithm::eddsa:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    default:
      return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kRsaBits));
  }
}

}  // namespace

struct SigningKey::Material {
  static Result<std::shared_ptr<const Material>> of(Algorithm, Pkey);

  Algorithm algorithm{};
  Pkey key;
  openssl::Digester prepared;  // initialised for signing; copied for each message
  json::object jwk;
  VerifyKey verify_key;
};

Result<std::shared_ptr<const SigningKey::Material>> SigningKey::Material::of(Algorithm algorithm, Pkey key) {
  if (auto suits = check_suits(algorithm, key.get()); !suits) return fail(suits);
  auto jwk = jwk_of(key.get());
  if (!jwk) return fail(jwk);
  const std::string kid = thumbprint_of(*jwk);
  (*jwk)["kid"] = kid;
  (*jwk)["alg"] = name_of(algorithm);
  (*jwk)["use"] = "sig";
  auto verify_key = VerifyKey::from_jwk(*jwk);
  if (!verify_key) return fail(verify_key);
  openssl::Digester prepared(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  if (!prepared ||
      EVP_DigestSignInit(prepared.get(), &context, digest_of(algorithm), nullptr, key.get()) != 1 ||
      !set_padding(algorithm, context)) {
    return sign_failed();
  }
  return std::make_shared<const Material>(
      Material{algorithm, std::move(key), std::move(prepared), std::move(*jwk), std::move(*verify_key)});
}

Result<SigningKey> SigningKey::generate(Algorithm algorithm) {
  if (is_hmac(algorithm)) return refuse(ErrorKind::invalid, "unsupported_algorithm", "HMAC has no key pair");
  Pkey key = generate_pkey(algorithm);
  if (!key) return sign_failed();
  auto material = Material::of(algorithm, std::move(key));
  if (!material) return fail(material);
  return SigningKey(std::move(*material));
}

Result<SigningKey> SigningKey::from_private_pem(Algorithm algorithm, const Secret& pem) {
  Pkey key = openssl::private_key_from_pem(pem.reveal());
  if (!key) return refuse(ErrorKind::invalid, "bad_key", "no private key in PEM: " + openssl::take_errors());
  auto material = Material::of(algorithm, std::move(key));
  if (!material) return fail(material);
  return SigningKey(std::move(*material));
}

Secret SigningKey::to_private_pem() const {
  return openssl::private_key_to_pem(material_->key.get());
}
const std::string& SigningKey::kid() const {
  return material_->verify_key.kid();
}
Algorithm SigningKey::algorithm() const {
  return material_->algorithm;
}
json::object SigningKey::public_jwk() const {
  return material_->jwk;
}
VerifyKey SigningKey::verify_key() const {
  return material_->verify_key;
}

Result<std::string> SigningKey::sign(std::string_view input) const {
  const openssl::Digester digester(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!digester || EVP_MD_CTX_copy_ex(digester.get(), material_->prepared.get()) != 1) return sign_failed();
  size = static_cast<std::size_t>(EVP_PKEY_get_size(material_->key.get()));
  std::string signature(size, '\0');
  if (EVP_DigestSign(digester.get(), bytes_of(signature), &size, bytes_of(input), input.size()) != 1) {
    return sign_failed();
  }
  signature.resize(size);
  const std::size_t half_bytes = ecdsa_half_bytes(material_->algorithm);
  if (half_bytes == 0) return signature;
  std::string raw = ecdsa_raw_from_der(signature, half_bytes);
  if (raw.empty()) return sign_failed();
  return raw;
}

}  // namespace gatehouse::crypto
