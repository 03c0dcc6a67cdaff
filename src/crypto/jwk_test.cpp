#include "crypto/jwk.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::crypto {
namespace {

json::object object(std::string_view text) {
  return core::parse_json_object(text).value();
}
std::string bytes(std::string_view text) {
  return core::from_base64url(text).value();
}

// RFC 7638 section 3.1
constexpr std::string_view kRfc7638 = R"({"kty":"RSA","alg":"RS256",
"n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
"e":"AQAB"})";
// RFC 8037 appendix A.2
constexpr std::string_view kRfc8037 =
    R"({"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
// RFC 7515 appendix A.3
constexpr std::string_view kRfc7515Ec = R"({"kty":"EC","crv":"P-256","alg":"ES256",
"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";

TEST(Jwk, KidIsTheThumbprintOfRfc7638AndRfc8037) {
  EXPECT_EQ(VerifyKey::from_jwk(object(kRfc7638))->kid(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  EXPECT_EQ(VerifyKey::from_jwk(object(kRfc8037))->kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(Jwk, VerifiesTheEdDsaSignatureOfRfc8037) {
  const VerifyKey key = VerifyKey::from_jwk(object(kRfc8037)).value();
  const std::string signature =
      bytes("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  EXPECT_TRUE(key.verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", signature));
  EXPECT_FALSE(key.verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmd", signature));
}

constexpr Algorithm kKeyPairs[] = {Algorithm::es256, Algorithm::es384, Algorithm::rs256, Algorithm::rs384,
                                   Algorithm::rs512, Algorithm::ps256, Algorithm::eddsa};

TEST(Jwk, EveryAlgorithmSignsAndVerifiesAlsoThroughPemAndJwk) {
  for (const Algorithm algorithm : kKeyPairs) {
    SCOPED_TRACE(name_of(algorithm));
    const SigningKey key = SigningKey::generate(algorithm).value();
    const std::string signature = key.sign("message").value();
    const json::object jwk = key.public_jwk();
    EXPECT_EQ(jwk.at("alg"), json::value(name_of(algorithm)));
    EXPECT_EQ(jwk.at("use"), json::value("sig"));
    for (const auto* secret : {"d", "p", "q", "dp", "dq", "qi"}) EXPECT_FALSE(jwk.contains(secret));

    const VerifyKey from_jwk = VerifyKey::from_jwk(jwk).value();
    const SigningKey reloaded = SigningKey::from_private_pem(algorithm, key.to_private_pem()).value();
    EXPECT_EQ(from_jwk.kid(), key.kid());
    EXPECT_EQ(reloaded.kid(), key.kid());
    EXPECT_TRUE(from_jwk.verify("message", signature));
    EXPECT_TRUE(from_jwk.verify("message", reloaded.sign("message").value()));
    EXPECT_TRUE(from_jwk.verify("", key.sign("").value()));
    EXPECT_FALSE(from_jwk.verify("massage", signature));
    EXPECT_FALSE(from_jwk.verify("message", ""));
    EXPECT_FALSE(from_jwk.verify("message", signature.substr(1)));
    EXPECT_FALSE(from_jwk.verify("message", signature + '\0'));
    EXPECT_FALSE(SigningKey::generate(algorithm)->verify_key().verify("message", signature));
  }
}

// One signature in 256 begins with a zero; without it the number is the same, but the signature is not.
TEST(Jwk, AnRsaSignatureIsAsLongAsItsKey) {
  const SigningKey key = SigningKey::generate(Algorithm::ps256).value();
  std::string signature;
  do {
    signature = key.sign("message").value();
  } while (signature.front() != '\0');
  EXPECT_TRUE(key.verify_key().verify("message", signature));
  EXPECT_FALSE(key.verify_key().verify("message", signature.substr(1)));
}

TEST(Jwk, AKeyServesItsOwnAlgorithmOnly) {
  const SigningKey rsa = SigningKey::generate(Algorithm::rs256).value();
  const SigningKey pss = SigningKey::from_private_pem(Algorithm::ps256, rsa.to_private_pem()).value();
  EXPECT_EQ(rsa.kid(), pss.kid()) << "the same key material";
  EXPECT_FALSE(rsa.verify_key().verify("m", pss.sign("m").value())) << "PS256 for RS256";
  EXPECT_FALSE(pss.verify_key().verify("m", rsa.sign("m").value())) << "RS256 for PS256";
  EXPECT_FALSE(SigningKey::from_private_pem(Algorithm::es256, rsa.to_private_pem()));
  EXPECT_FALSE(SigningKey::from_private_pem(Algorithm::es384,
                                            SigningKey::generate(Algorithm::es256)->to_private_pem()));
  EXPECT_FALSE(SigningKey::from_private_pem(Algorithm::hs256, rsa.to_private_pem()));
  EXPECT_FALSE(SigningKey::generate(Algorithm::hs256));
  EXPECT_FALSE(VerifyKey::from_jwk(rsa.public_jwk(), Algorithm::ps256)) << "its alg says RS256";
  json::object mixed = SigningKey::generate(Algorithm::es256)->public_jwk();
  mixed["alg"] = "ES384";
  EXPECT_FALSE(VerifyKey::from_jwk(mixed));
}

TEST(Jwk, EcdsaTakesRawSignaturesOfExactlyTheRightLengthOnly) {
  const SigningKey key = SigningKey::generate(Algorithm::es256).value();
  const std::string raw = key.sign("m").value();
  ASSERT_EQ(raw.size(), 64U);
  EXPECT_EQ(SigningKey::generate(Algorithm::es384)->sign("m")->size(), 96U);
  const VerifyKey verify = key.verify_key();
  EXPECT_TRUE(verify.verify("m", raw));
  // As DER: 0x30 len 0x02 33 0 r 0x02 33 0 s; a verifier that looks for DER first would take both forms.
  const std::string der = std::string("\x30\x46\x02\x21\x00", 5) + raw.substr(0, 32) +
                          std::string("\x02\x21\x00", 3) + raw.substr(32);
  EXPECT_FALSE(verify.verify("m", der));
  EXPECT_FALSE(verify.verify("m", raw.substr(0, 63)));
  EXPECT_FALSE(verify.verify("m", '\0' + raw));
  EXPECT_FALSE(verify.verify("m", std::string(64, '\0'))) << "r = s = 0 (CVE-2022-21449)";
  EXPECT_FALSE(verify.verify("m", std::string(32, '\0') + raw.substr(32)));
  EXPECT_FALSE(verify.verify("m", raw.substr(0, 32) + std::string(32, '\0')));
  EXPECT_FALSE(verify.verify("m", std::string(64, '\xff')));
}

TEST(Jwk, RefusesKeysThatMustNotVerify) {
  const std::string ec(kRfc7515Ec);
  const auto with = [&](std::string_view key, std::string_view name, const auto& value) {
    json::object jwk = object(key);
    jwk[name] = json::value_from(value);
    return VerifyKey::from_jwk(jwk);
  };
  EXPECT_TRUE(VerifyKey::from_jwk(object(ec)));
  EXPECT_FALSE(with(ec, "use", "enc"));
  EXPECT_FALSE(with(ec, "use", 1));
  EXPECT_FALSE(with(ec, "key_ops", json::array{"deriveKey"}));
  EXPECT_TRUE(with(ec, "key_ops", json::array{"verify"}));
  EXPECT_FALSE(with(ec, "d", "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")) << "a private key";
  EXPECT_FALSE(with(ec, "alg", "HS256"));
  EXPECT_FALSE(with(ec, "alg", "none"));
  EXPECT_FALSE(with(ec, "alg", "RS256"));
  EXPECT_FALSE(with(ec, "crv", "P-521"));
  EXPECT_FALSE(with(ec, "x", "AA"));
  EXPECT_FALSE(with(ec, "y", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")) << "not on the curve";
  EXPECT_FALSE(with(ec, "kid", ""));
  EXPECT_FALSE(with(ec, "kid", std::string(257, 'k')));
  EXPECT_FALSE(with(ec, "kid", 7));
  EXPECT_FALSE(with(kRfc7638, "e", "AQ")) << "exponent 1: every signature would fit";
  EXPECT_FALSE(with(kRfc7638, "e", "AQAA")) << "even";
  EXPECT_FALSE(with(kRfc7638, "e", "AQAAAAAAAAAB")) << "slow";
  EXPECT_FALSE(with(kRfc7638, "n", core::to_base64url(std::string(128, '\xff')))) << "1024 bits";
  EXPECT_FALSE(with(kRfc7638, "n", core::to_base64url(std::string(2048, '\xff')))) << "16384 bits";
  EXPECT_FALSE(VerifyKey::from_jwk(object(R"({"kty":"oct","alg":"HS256","k":"c2VjcmV0"})")));
  EXPECT_FALSE(VerifyKey::from_jwk(object(R"({"kty":"oct","alg":"HS256"})")));
  EXPECT_FALSE(VerifyKey::from_jwk(object(R"({"kty":"RSA","alg":"RS256"})")));
  EXPECT_FALSE(VerifyKey::from_jwk({}));
}

TEST(Jwk, AKeyWithoutAlgNeedsOneToBeNamedAndNeverBecomesAnHmacKey) {
  json::object jwk = object(kRfc7638);
  jwk.erase("alg");
  EXPECT_EQ(VerifyKey::from_jwk(jwk).error().reason, "bad_key");
  EXPECT_EQ(VerifyKey::from_jwk(jwk, Algorithm::ps256)->algorithm(), Algorithm::ps256);
  EXPECT_FALSE(VerifyKey::from_jwk(jwk, Algorithm::hs256));
  EXPECT_FALSE(VerifyKey::from_jwk(jwk, Algorithm::es256));
}

TEST(Jwk, AnHmacKeyNeedsASecretAndAnHmacAlgorithm) {
  EXPECT_FALSE(VerifyKey::from_secret(Algorithm::hs256, Secret()));
  EXPECT_FALSE(VerifyKey::from_secret(Algorithm::rs256, Secret("secret")));
  const VerifyKey key = VerifyKey::from_secret(Algorithm::hs256, Secret("secret")).value();
  EXPECT_TRUE(key.verify("m", hmac_sha256("secret", "m")));
  EXPECT_FALSE(key.verify("m", hmac_sha256("", "m")));
  EXPECT_FALSE(key.verify("m", hmac_sha256("secret", "m").substr(0, 16)));
  EXPECT_FALSE(key.verify("m", ""));
}

TEST(Jwk, APublicPemIsOneKeyOfTheRightKind) {
  // openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | openssl pkey -pubout
  constexpr std::string_view kPem = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
-----END PUBLIC KEY-----
)";
  const auto key = VerifyKey::from_public_pem(Algorithm::es256, kPem);
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(key->kid(), VerifyKey::from_jwk(object(kRfc7515Ec))->kid());
  EXPECT_FALSE(VerifyKey::from_public_pem(Algorithm::rs256, kPem));
  EXPECT_FALSE(VerifyKey::from_public_pem(Algorithm::hs256, kPem)) << "CVE-2015-9235 and its many heirs";
  EXPECT_FALSE(VerifyKey::from_public_pem(Algorithm::es256, "no PEM"));
  const SigningKey signing = SigningKey::generate(Algorithm::es256).value();
  EXPECT_FALSE(VerifyKey::from_public_pem(Algorithm::es256, signing.to_private_pem().reveal()));
  EXPECT_FALSE(SigningKey::from_private_pem(Algorithm::es256, Secret(std::string(kPem))));
}

TEST(Jwk, OneKeyServesManyThreads) {
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::ps256, Algorithm::eddsa}) {
    const SigningKey key = SigningKey::generate(algorithm).value();
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&key, &good, i] {
        const VerifyKey verify = key.verify_key();
        for (int n = 0; n < 25; ++n) {
          const std::string message = std::to_string(i * 1000 + n);
          if (verify.verify(message, key.sign(message).value()) &&
              !verify.verify("x", key.sign(message).value()))
            ++good;
        }
      });
    }
    threads.clear();
    EXPECT_EQ(good, 100) << name_of(algorithm);
  }
}

TEST(KeySet, SkipsWhatItCannotUseAndFindsByKid) {
  json::object named = object(kRfc7515Ec);
  named["kid"] = "2026-11";
  const json::object set{
      {"keys", json::array{object(kRfc8037), named, json::object{{"kty", "oct"}, {"k", "AA"}},
                           json::object{{"kty", "future"}}, 7, nullptr}}};
  const KeySet keys = KeySet::from_jwks(json::serialize(set)).value();
  EXPECT_EQ(keys.all().size(), 2U);
  ASSERT_NE(keys.find("2026-11"), nullptr);
  EXPECT_EQ(keys.find("2026-11")->algorithm(), Algorithm::es256);
  for (const auto* kid : {"", "2026", "../../etc/passwd", "2026-11' OR '1'='1", "2026-11\n"}) {
    EXPECT_EQ(keys.find(kid), nullptr) << kid;
  }
}

TEST(KeySet, RefusesWhatIsNoKeySet) {
  for (const auto* text :
       {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[],"keys":[]})", R"({"keys":[]} x)"}) {
    EXPECT_EQ(KeySet::from_jwks(text).error().reason, "bad_key_set") << text;
  }
  EXPECT_TRUE(KeySet::from_jwks(R"({"keys":[]})")->all().empty());
}

TEST(Algorithm, NamesAreExact) {
  EXPECT_EQ(algorithm_from_name("EdDSA"), Algorithm::eddsa);
  for (const auto* name : {"none", "None", "nOnE", "", "rs256", "RS256 ", "ES512", "HS1"}) {
    EXPECT_FALSE(algorithm_from_name(name)) << name;
  }
}

}  // namespace
}  // namespace gatehouse::crypto
