// Keys that verify. The work that does not depend on the message is done once, when the key is made.
#include <algorithm>
#include <utility>

#include "core/secret.hpp"
#include "crypto/ecdsa_signature.hpp"
#include "crypto/jwk.hpp"
#include "crypto/openssl.hpp"
#include "crypto/public_key.hpp"
#include "crypto/verify_material.hpp"

namespace gatehouse::crypto {
namespace {

using openssl::bytes_of;
using openssl::Hash;

constexpr std::size_t kKidBytesMax = 256;

std::unexpected<Error> bad_key(std::string_view why) {
  return refuse(ErrorKind::invalid, "bad_key", std::string(why));
}

bool says_verify(const json::value& operations) {
  const auto* list = operations.if_array();
  if (list == nullptr) return false;
  return std::any_of(list->begin(), list->end(),
                     [](const json::value& op) { return op.is_string() && op.get_string() == "verify"; });
}

// What a JWK says about itself, before its numbers are looked at.
Result<void> check_public_for_signing(const json::object& jwk) {
  for (const std::string_view secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    if (jwk.contains(secret)) return bad_key("a JWK with private members is not taken");
  }
  const json::value* use = jwk.if_contains("use");
  if (use != nullptr && *use != json::value("sig")) return bad_key("use: must be sig");
  const json::value* operations = jwk.if_contains("key_ops");
  if (operations != nullptr && !says_verify(*operations)) return bad_key("key_ops: must hold verify");
  return {};
}

Result<Algorithm> algorithm_of(const json::object& jwk, std::optional<Algorithm> given) {
  const json::value* alg = jwk.if_contains("alg");
  if (alg == nullptr) {
    if (!given) return bad_key("alg: is required");
    return *given;
  }
  const auto named = alg->is_string() ? algorithm_from_name(alg->get_string()) : std::nullopt;
  if (!named) return refuse(ErrorKind::invalid, "unsupported_algorithm", "alg");
  if (given && *given != *named) return bad_key("alg: is not the one that was asked for");
  return *named;
}

Result<std::string> kid_of(const json::object& jwk, const EVP_PKEY* key) {
  const json::value* kid = jwk.if_contains("kid");
  if (kid == nullptr) {
    const auto members = jwk_of(key);
    if (!members) return fail(members);
    return thumbprint_of(*members);
  }
  if (!kid->is_string() || kid->get_string().empty() || kid->get_string().size() > kKidBytesMax) {
    return bad_key("kid: must be a string of 1 to 256 bytes");
  }
  return std::string(kid->get_string());
}

Hash hash_of_hmac(Algorithm algorithm) {
  return algorithm == Algorithm::hs256   ? Hash::sha256
         : algorithm == Algorithm::hs384 ? Hash::sha384
                                         : Hash::sha512;
}

}  // namespace

Result<std::shared_ptr<const VerifyKey::Material>> VerifyKey::Material::of_public_key(Algorithm algorithm,
                                                                                      std::string kid,
                                                                                      openssl::Pkey key) {
  if (auto suits = check_suits(algorithm, key.get()); !suits) return fail(suits);
  auto material = std::make_shared<Material>();
  material->algorithm = algorithm;
  material->kid = std::move(kid);
  material->key = std::move(key);
  material->prepared.reset(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  if (!material->prepared ||
      EVP_DigestVerifyInit(material->prepared.get(), &context, digest_of(algorithm), nullptr,
                           material->key.get()) != 1 ||
      !set_padding(algorithm, context)) {
    return bad_key(openssl::take_errors());
  }
  return material;
}

Result<VerifyKey> VerifyKey::from_jwk(const json::object& jwk, std::optional<Algorithm> given) {
  if (auto usable = check_public_for_signing(jwk); !usable) return fail(usable);
  const auto algorithm = algorithm_of(jwk, given);
  if (!algorithm) return fail(algorithm);
  auto key = public_key_from_jwk(jwk);
  if (!key) return fail(key);
  auto kid = kid_of(jwk, key->get());
  if (!kid) return fail(kid);
  auto material = Material::of_public_key(*algorithm, std::move(*kid), std::move(*key));
  if (!material) return fail(material);
  return VerifyKey(std::move(*material));
}

Result<VerifyKey> VerifyKey::from_public_pem(Algorithm algorithm, std::string_view pem) {
  openssl::Pkey key = openssl::public_key_from_pem(pem);
  if (!key) return bad_key("no public key in PEM: " + openssl::take_errors());
  const auto members = jwk_of(key.get());
  if (!members) return fail(members);
  auto material = Material::of_public_key(algorithm, thumbprint_of(*members), std::move(key));
  if (!material) return fail(material);
  return VerifyKey(std::move(*material));
}

Result<VerifyKey> VerifyKey::from_secret(Algorithm algorithm, Secret secret) {
  if (!is_hmac(algorithm)) {
    return refuse(ErrorKind::invalid, "unsupported_algorithm",
                  "a shared secret is for HS256, HS384 and HS512");
  }
  if (secret.empty()) return bad_key("the secret is empty");
  auto material = std::make_shared<Material>();
  material->algorithm = algorithm;
  material->secret = std::move(secret);
  return VerifyKey(std::move(material));
}

const std::string& VerifyKey::kid() const {
  return material_->kid;
}
Algorithm VerifyKey::algorithm() const {
  return material_->algorithm;
}

bool VerifyKey::verify(std::string_view input, std::string_view signature) const {
  if (is_hmac(material_->algorithm)) {
    const std::string expected =
        openssl::hmac(hash_of_hmac(material_->algorithm), material_->secret.reveal(), input);
    return core::constant_time_equal(expected, signature);
  }
  std::string der;
  if (const std::size_t half_bytes = ecdsa_half_bytes(material_->algorithm); half_bytes != 0) {
    der = ecdsa_der_from_raw(signature, half_bytes);
    if (der.empty()) return false;
    signature = der;
  } else if (std::cmp_not_equal(signature.size(), EVP_PKEY_get_size(material_->key.get()))) {
    return false;  // RFC 8017 section 8.1.2; OpenSSL takes one without its leading zeros
  }
  const openssl::Digester digester(EVP_MD_CTX_new());
  const bool good = digester && EVP_MD_CTX_copy_ex(digester.get(), material_->prepared.get()) == 1 &&
                    EVP_DigestVerify(digester.get(), bytes_of(signature), signature.size(), bytes_of(input),
                                     input.size()) == 1;
  if (!good) (void)openssl::take_errors();
  return good;
}

}  // namespace gatehouse::crypto
