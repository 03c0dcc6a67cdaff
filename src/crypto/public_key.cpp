// JWK members to OpenSSL's keys and back, and the rules for which key suits which algorithm.
#include "crypto/public_key.hpp"

#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "crypto/ecdsa_signature.hpp"

namespace gatehouse::crypto {
namespace {

using openssl::BigNumber;
using openssl::bytes_of;
using openssl::Hash;
using openssl::Pkey;
using ParamBuilder = openssl::Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = openssl::Owned<OSSL_PARAM, OSSL_PARAM_free>;

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;  // the work of one verification grows with the square
constexpr int kRsaExponentBitsMax = 33;

struct Curve {
  std::string_view jwk_name;
  const char* openssl_name;
  std::size_t coordinate_bytes;
};
constexpr std::array kCurves{Curve{"P-256", "prime256v1", 32}, Curve{"P-384", "secp384r1", 48}};

std::unexpected<Error> bad_key(std::string_view why) {
  return refuse(ErrorKind::invalid, "bad_key", std::string(why));
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

// Empty for an absent member, a bad spelling or more than the largest key needs.
std::string bytes_member(const json::object& jwk, std::string_view name) {
  auto bytes = core::from_base64url(text_of(jwk, name));
  return bytes && bytes->size() <= kRsaBitsMax / 8 ? std::move(*bytes) : std::string();
}

Pkey build(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    (void)openssl::take_errors();
    return nullptr;
  }
  return Pkey(key);
}

BigNumber number_of(std::string_view bytes) {
  return BigNumber(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

Result<Pkey> rsa_from_jwk(const json::object& jwk) {
  const std::string modulus = bytes_member(jwk, "n");
  const std::string exponent = bytes_member(jwk, "e");
  if (modulus.empty() || exponent.empty()) return bad_key("RSA: n and e must be base64url");
  const BigNumber n = number_of(modulus);
  const BigNumber e = number_of(exponent);
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return bad_key("RSA: cannot be built");
  }
  Pkey key = build("RSA", builder.get());
  if (!key) return bad_key("RSA: OpenSSL refuses it");
  return key;
}

Result<Pkey> ec_from_jwk(const json::object& jwk) {
  const std::string_view name = text_of(jwk, "crv");
  const auto* curve =
      std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.jwk_name == name; });
  if (curve == kCurves.end()) return bad_key("EC: crv must be P-256 or P-384");
  const std::string x = bytes_member(jwk, "x");
  const std::string y = bytes_member(jwk, "y");
  if (x.size() != curve->coordinate_bytes || y.size() != curve->coordinate_bytes) {
    return bad_key("EC: x and y must be as long as the curve's field");  // RFC 7518 section 6.2.1.2
  }
  const std::string point = '\x04' + x + y;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->openssl_name, 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1) {
    return bad_key("EC: cannot be built");
  }
  Pkey key = build("EC", builder.get());
  if (!key) return bad_key("EC: not a point of the curve");
  return key;
}

Result<Pkey> okp_from_jwk(const json::object& jwk) {
  if (text_of(jwk, "crv") != "Ed25519") return bad_key("OKP: crv must be Ed25519");
  const std::string x = bytes_member(jwk, "x");
  Pkey key(x.size() != 32
               ? nullptr
               : EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(x), x.size()));
  if (!key) return bad_key("OKP: x must be 32 bytes");
  return key;
}

// Big-endian, padded to `size` bytes (0: as short as it goes), in base64url.
std::string number_member(const EVP_PKEY* key, const char* name, std::size_t size) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &found) != 1) return {};
  const BigNumber number(found);
  std::string bytes(size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(found)), '\0');
  if (BN_bn2binpad(found, bytes_of(bytes), static_cast<int>(bytes.size())) < 0) return {};
  return core::to_base64url(bytes);
}

const Curve* curve_of(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) {
    return nullptr;
  }
  for (const Curve& curve : kCurves) {
    if (std::string_view(group.data(), size) == curve.openssl_name) return &curve;
  }
  return nullptr;
}

Result<void> check_rsa(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") != 1) return bad_key("the algorithm needs an RSA key");
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) return bad_key("RSA: must have 2048 to 8192 bits");
  BIGNUM* n = nullptr;
  BIGNUM* e = nullptr;
  const bool have_n = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1;
  const BigNumber modulus(n);
  const bool have_e = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1;
  const BigNumber exponent(e);
  if (!have_n || !have_e || BN_is_odd(n) != 1) return bad_key("RSA: bad modulus");
  if (BN_is_odd(e) != 1 || BN_is_one(e) == 1 || BN_num_bits(e) > kRsaExponentBitsMax) {
    return bad_key("RSA: the exponent must be odd, over 1 and at most 33 bits");
  }
  return {};
}

}  // namespace

Result<Pkey> public_key_from_jwk(const json::object& jwk) {
  const std::string_view type = text_of(jwk, "kty");
  if (type == "RSA") return rsa_from_jwk(jwk);
  if (type == "EC") return ec_from_jwk(jwk);
  if (type == "OKP") return okp_from_jwk(jwk);
  return bad_key("kty must be RSA, EC or OKP");
}

Result<json::object> jwk_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return json::object{{"e", number_member(key, OSSL_PKEY_PARAM_RSA_E, 0)},
                        {"kty", "RSA"},
                        {"n", number_member(key, OSSL_PKEY_PARAM_RSA_N, 0)}};
  }
  if (const Curve* curve = curve_of(key)) {
    return json::object{{"crv", curve->jwk_name},
                        {"kty", "EC"},
                        {"x", number_member(key, OSSL_PKEY_PARAM_EC_PUB_X, curve->coordinate_bytes)},
                        {"y", number_member(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve->coordinate_bytes)}};
  }
  std::string raw(32, '\0');
  std::size_t size = raw.size();
  if (EVP_PKEY_is_a(key, "ED25519") == 1 && EVP_PKEY_get_raw_public_key(key, bytes_of(raw), &size) == 1) {
    return json::object{{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", core::to_base64url(raw)}};
  }
  return bad_key("not an RSA, P-256, P-384 or Ed25519 key");
}

std::string thumbprint_of(const json::object& required_members) {
  // jwk_of() wrote the members in lexical order, and their values need no escape.
  return core::to_base64url(sha256(json::serialize(required_members)));
}

Result<void> check_suits(Algorithm algorithm, const EVP_PKEY* key) {
  switch (algorithm) {
    case Algorithm::es256:
    case Algorithm::es384: {
      const Curve* curve = curve_of(key);
      if (curve == nullptr || curve->coordinate_bytes != ecdsa_half_bytes(algorithm)) {
        return bad_key("the algorithm needs an EC key on its own curve");
      }
      return {};
    }
    case Algorithm::rs256:
    case Algorithm::rs384:
    case Algorithm::rs512:
    case Algorithm::ps256:
      return check_rsa(key);
    case Algorithm::eddsa:
      if (EVP_PKEY_is_a(key, "ED25519") != 1) return bad_key("the algorithm needs an Ed25519 key");
      return {};
    case Algorithm::hs256:
    case Algorithm::hs384:
    case Algorithm::hs512:
      break;
  }
  return refuse(ErrorKind::invalid, "unsupported_algorithm", "HMAC takes a secret, not a key pair");
}

const EVP_MD* digest_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::eddsa:
      return nullptr;
    case Algorithm::es256:
    case Algorithm::rs256:
    case Algorithm::ps256:
    case Algorithm::hs256:
      return openssl::fetched(Hash::sha256);
    case Algorithm::es384:
    case Algorithm::rs384:
    case Algorithm::hs384:
      return openssl::fetched(Hash::sha384);
    case Algorithm::rs512:
    case Algorithm::hs512:
      break;
  }
  return openssl::fetched(Hash::sha512);
}

bool set_padding(Algorithm algorithm, EVP_PKEY_CTX* context) {
  return algorithm != Algorithm::ps256 ||
         (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

}  // namespace gatehouse::crypto
