#include "crypto/jwt.hpp"

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::crypto {
namespace {

using core::to_base64url;

constexpr std::int64_t kNow = 1'800'000'000;

json::object object(std::string_view text) {
  return core::parse_json_object(text).value();
}

// RFC 7515 appendix A.1 to A.3: one payload, three signatures.
constexpr std::string_view kPayload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

TEST(Jwt, VerifiesTheTokensOfRfc7515) {
  const struct {
    std::string_view header;
    std::string_view signature;
    VerifyKey key;
  } cases[] = {
      {"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
       VerifyKey::from_secret(
           Algorithm::hs256,
           Secret(
               core::from_base64url(
                   "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
                   .value()))
           .value()},
      {"eyJhbGciOiJSUzI1NiJ9",
       "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
       "O8W2Fp5jujGbds9uJdbF9CUAr7t1"
       "dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
       "eSN9383LcOLn6_dO--xi12jzDw"
       "usC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
       "IoypGlUPQGe77Rw",
       VerifyKey::from_jwk(
           object(
               R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"})"),
           Algorithm::rs256)
           .value()},
      {"eyJhbGciOiJFUzI1NiJ9",
       "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
       VerifyKey::from_jwk(
           object(
               R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})"),
           Algorithm::es256)
           .value()},
  };
  for (const auto& c : cases) {
    const std::string token = fmt::format("{}.{}.{}", c.header, kPayload, c.signature);
    const auto parsed = parse_jwt(token);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_TRUE(verify_signature(*parsed, c.key)) << c.header;
    const JwtExpectation then{
        .issuer = "joe", .audience = {}, .typ = {}, .now = core::from_unix_seconds(1'300'000'000)};
    EXPECT_TRUE(check_claims(parsed->payload, then));
    for (const auto& other : cases) {
      if (other.header != c.header) {
        EXPECT_EQ(verify_signature(*parsed, other.key).error().reason, "algorithm_mismatch");
      }
    }
  }
}

class JwtTest : public testing::Test {
 protected:
  static const SigningKey& es() {
    static const SigningKey key = SigningKey::generate(Algorithm::es256).value();
    return key;
  }
  static const SigningKey& rs() {
    static const SigningKey key = SigningKey::generate(Algorithm::rs256).value();
    return key;
  }

  static std::string header(std::string_view alg, std::string_view kid) {
    return fmt::format(R"({{"alg":"{}","kid":"{}"}})", alg, kid);
  }
  // A token of raw header and payload texts with a genuine signature: only the texts are on trial.
  static std::string signed_texts(const SigningKey& key, std::string_view header_text,
                                  std::string_view payload_text) {
    const std::string input = to_base64url(header_text) + "." + to_base64url(payload_text);
    return input + "." + to_base64url(key.sign(input).value());
  }
  static std::string with_header(std::string_view header_text) {
    return signed_texts(es(), header_text, kGood);
  }
  static std::string with_payload(std::string_view payload_text) {
    return signed_texts(es(), header("ES256", es().kid()), payload_text);
  }
  std::string_view outcome(std::string_view token) const {
    const auto payload = verify_jwt(token, keys_, expected_);
    return payload ? "accepted" : payload.error().reason;
  }

  static constexpr std::string_view kGood =
      R"({"iss":"https://issuer","aud":["orders","account"],"typ":"Bearer","sub":"alice","exp":1800000060,"iat":1800000000})";
  const KeySet keys_{{es().verify_key(), rs().verify_key()}};
  JwtExpectation expected_{.issuer = "https://issuer",
                           .audience = "orders",
                           .typ = "Bearer",
                           .now = core::from_unix_seconds(kNow)};
};

TEST_F(JwtTest, AcceptsWhatTheSignerMadeAndGivesThePayload) {
  for (const SigningKey* key : {&es(), &rs()}) {
    const std::string token = sign_jwt(*key, object(kGood), "at+jwt").value();
    const auto payload = verify_jwt(token, keys_, expected_);
    ASSERT_TRUE(payload) << payload.error().reason;
    EXPECT_EQ(payload->at("sub"), json::value("alice"));
    EXPECT_EQ(parse_jwt(token)->header.at("typ"), json::value("at+jwt"));
    EXPECT_EQ(parse_jwt(token)->header.at("kid"), json::value(key->kid()));
  }
}

TEST_F(JwtTest, RefusesUnsignedAndConfusedTokens) {
  const std::string good = with_payload(kGood);
  const std::string input = good.substr(0, good.rfind('.'));
  const auto unsigned_token = [&](std::string_view alg) {
    return to_base64url(header(alg, es().kid())) + "." + to_base64url(kGood) + ".";
  };
  const auto hmac_token = [&](std::string_view kid, std::string_view secret) {
    const std::string text = to_base64url(header("HS256", kid)) + "." + to_base64url(kGood);
    return text + "." + to_base64url(hmac_sha256(secret, text));
  };
  const std::string rsa_jwk = json::serialize(rs().public_jwk());
  const struct {
    const char* name;
    std::string token;
    std::string_view reason;
  } cases[] = {
      {"as signed", good, "accepted"},
      {"alg none", unsigned_token("none"), "bad_token"},
      {"alg None", unsigned_token("None"), "bad_token"},
      {"alg nOnE", unsigned_token("nOnE"), "bad_token"},
      {"none with a signature", with_header(header("none", es().kid())), "bad_token"},
      {"empty signature", input + ".", "bad_token"},
      {"no signature part", input, "bad_token"},
      {"RSA key as HMAC secret", hmac_token(rs().kid(), rsa_jwk), "algorithm_mismatch"},
      {"empty HMAC secret", hmac_token(rs().kid(), ""), "algorithm_mismatch"},
      {"PS256 for RS256", signed_texts(rs(), header("PS256", rs().kid()), kGood), "algorithm_mismatch"},
      {"RS512 for RS256", signed_texts(rs(), header("RS512", rs().kid()), kGood), "algorithm_mismatch"},
      {"ES384 for ES256", with_header(header("ES384", es().kid())), "algorithm_mismatch"},
      {"another key's kid", with_header(header("RS256", rs().kid())), "bad_signature"},
      {"alg missing", with_header(R"({"kid":"x"})"), "bad_token"},
      {"alg a number", with_header(R"({"alg":256})"), "bad_token"},
      {"unknown kid", with_header(header("ES256", "unknown")), "unknown_kid"},
      {"kid with a path", with_header(header("ES256", "../../dev/null")), "unknown_kid"},
      {"kid with SQL", with_header(header("ES256", "x' UNION SELECT 'secret")), "unknown_kid"},
      {"kid with a line end", with_header(header("ES256", R"(x\ny)")), "unknown_kid"},
      {"kid of 257 bytes", with_header(header("ES256", std::string(257, 'k'))), "bad_token"},
      {"kid of a megabyte", with_header(header("ES256", std::string(1'000'000, 'k'))), "bad_token"},
      {"kid a number", with_header(R"({"alg":"ES256","kid":1})"), "bad_token"},
      {"no kid among two keys", with_header(R"({"alg":"ES256"})"), "unknown_kid"},
      {"crit", with_header(fmt::format(R"({{"alg":"ES256","kid":"{}","crit":["exp"]}})", es().kid())),
       "bad_token"},
      {"empty crit", with_header(fmt::format(R"({{"alg":"ES256","kid":"{}","crit":[]}})", es().kid())),
       "bad_token"},
      {"b64 false", with_header(fmt::format(R"({{"alg":"ES256","kid":"{}","b64":false}})", es().kid())),
       "bad_token"},
      {"a JWE", "eyJhbGciOiJSU0EtT0FFUCJ9.AA.AA.AA.AA", "bad_token"},
  };
  for (const auto& c : cases) EXPECT_EQ(outcome(c.token), c.reason) << c.name;
}

TEST_F(JwtTest, DoesNotLookAtKeysInTheHeader) {
  const SigningKey attacker = SigningKey::generate(Algorithm::es256).value();
  const std::string jwk = json::serialize(attacker.public_jwk());
  const std::string text = fmt::format(
      R"({{"alg":"ES256","kid":"{}","jwk":{},"jku":"https://evil","x5u":"https://evil","x5c":["AA"]}})",
      es().kid(), jwk);
  EXPECT_EQ(outcome(signed_texts(attacker, text, kGood)), "bad_signature");
  EXPECT_EQ(outcome(signed_texts(es(), text, kGood)), "accepted");
}

TEST_F(JwtTest, RefusesSignaturesOfAnotherForm) {
  const std::string good = with_payload(kGood);
  const std::string input = good.substr(0, good.rfind('.') + 1);
  const std::string raw = core::from_base64url(good.substr(input.size())).value();
  const std::string der = std::string("\x30\x46\x02\x21\x00", 5) + raw.substr(0, 32) +
                          std::string("\x02\x21\x00", 3) + raw.substr(32);
  for (const std::string& signature :
       {raw.substr(0, 63), raw + 'x', der, std::string(64, '\0'), raw.substr(32) + raw.substr(0, 32)}) {
    EXPECT_EQ(outcome(input + to_base64url(signature)), "bad_signature") << signature.size();
  }
}

TEST_F(JwtTest, RefusesMalformedTextEvenWithAGenuineSignature) {
  const std::string good_header = header("ES256", es().kid());
  const auto exp = [](std::string_view value) {
    return fmt::format(R"({{"iss":"https://issuer","aud":"orders","typ":"Bearer","exp":{}}})", value);
  };
  EXPECT_EQ(outcome(with_payload(exp("1800000060"))), "accepted");
  for (const auto* value : {"\"1800000060\"", "1800000060.0", "1.8e9", "1e400", "-1", "null", "true",
                            "[1800000060]", "18446744073709551615", "99999999999999999999999999"}) {
    EXPECT_EQ(outcome(with_payload(exp(value))), "bad_token") << value;
  }
  EXPECT_EQ(outcome(with_payload(exp("9223372036854775807"))), "accepted") << "no overflow";
  const struct {
    const char* name;
    std::string token;
  } cases[] = {
      {"duplicate member",
       with_payload(R"({"iss":"https://issuer","iss":"https://issuer","exp":1800000060})")},
      {"duplicate by escape",
       with_payload(R"({"iss":"https://issuer","\u0069ss":"https://issuer","exp":1800000060})")},
      {"duplicate alg", with_header(R"({"alg":"none","alg":"ES256"})")},
      {"trailing data", with_payload(std::string(kGood) + "{}")},
      {"payload an array", with_payload("[]")},
      {"payload text", with_payload("hello")},
      {"empty payload", with_payload("")},
      {"header an array", with_header("[]")},
      {"invalid UTF-8", with_payload("{\"iss\":\"https://issuer\",\"exp\":1800000060,\"x\":\"\xC3\x28\"}")},
      {"nbf a string",
       with_payload(R"({"iss":"https://issuer","aud":"orders","typ":"Bearer","exp":1800000060,"nbf":"0"})")},
      {"iat a float",
       with_payload(R"({"iss":"https://issuer","aud":"orders","typ":"Bearer","exp":1800000060,"iat":1.5})")},
      {"exp missing", with_payload(R"({"iss":"https://issuer","aud":"orders","typ":"Bearer"})")},
      {"too deep", with_payload(R"({"x":)" + std::string(40, '[') + std::string(40, ']') + "}")},
      {"over 16 KiB", with_payload(fmt::format(R"({{"x":"{}"}})", std::string(16 * 1024, 'x')))},
      {"empty", ""},
      {"dots", ".."},
      {"four parts", with_payload(kGood) + ".AA"},
      {"padding", with_payload(kGood) + "=="},
      {"space in front", " " + with_payload(kGood)},
      {"line end", with_payload(kGood) + "\n"},
      {"plus", "+" + with_payload(kGood)},
      {"slash", "/" + with_payload(kGood)},
  };
  for (const auto& c : cases) EXPECT_EQ(outcome(c.token), "bad_token") << c.name;
}

TEST_F(JwtTest, RefusesNonZeroTrailingBitsOfBase64Url) {
  std::string token = with_payload(kGood);  // 64 bytes: the last character carries 2 bits of data and 4 zeros
  for (const char last : {'A', 'Q', 'g', 'w'}) {
    if (token.back() == last) {
      token.back() = static_cast<char>(last + 1);
      EXPECT_EQ(outcome(token), "bad_token");
      return;
    }
  }
  FAIL() << "a 64-byte signature ends in A, Q, g or w: " << token.back();
}

TEST_F(JwtTest, ChecksClaimsOneByOne) {
  const struct {
    const char* name;
    std::string_view member;
    json::value value;
    std::string_view reason;
  } cases[] = {
      {"issuer of another realm", "iss", "https://issuer/realms/other", "wrong_issuer"},
      {"issuer with a slash", "iss", "https://issuer/", "wrong_issuer"},
      {"issuer a list", "iss", json::array{"https://issuer"}, "wrong_issuer"},
      {"audience of another", "aud", "payments", "wrong_audience"},
      {"audience as text", "aud", "orders", "accepted"},
      {"audience inside a text", "aud", "my orders", "wrong_audience"},
      {"audience empty list", "aud", json::array{}, "wrong_audience"},
      {"audience of numbers", "aud", json::array{7}, "wrong_audience"},
      {"ID token", "typ", "ID", "wrong_type"},
      {"refresh token", "typ", "Refresh", "wrong_type"},
      {"typ a number", "typ", 1, "wrong_type"},
      {"expired at exp plus leeway", "exp", kNow - 5, "token_expired"},
      {"within the leeway", "exp", kNow - 4, "accepted"},
      {"expired long ago", "exp", 0, "token_expired"},
      {"not yet valid", "nbf", kNow + 6, "token_not_yet_valid"},
      {"nearly valid", "nbf", kNow + 5, "accepted"},
  };
  for (const auto& c : cases) {
    json::object payload = object(kGood);
    payload[c.member] = c.value;
    EXPECT_EQ(outcome(sign_jwt(es(), payload, "JWT").value()), c.reason) << c.name;
  }
  expected_.audience.reset();
  expected_.typ.reset();
  EXPECT_EQ(outcome(with_payload(R"({"iss":"https://issuer","exp":1800000060})")), "accepted");
}

TEST_F(JwtTest, ATokenWithoutKidMayUseTheOnlyKeyThereIs) {
  const std::string token = with_header(R"({"alg":"ES256"})");
  EXPECT_TRUE(verify_jwt(token, KeySet({es().verify_key()}), expected_));
  EXPECT_EQ(verify_jwt(token, KeySet({rs().verify_key()}), expected_).error().reason, "algorithm_mismatch");
  EXPECT_EQ(verify_jwt(token, KeySet(), expected_).error().reason, "unknown_kid");
}

TEST_F(JwtTest, DoesNotSignWhatItWouldNotRead) {
  EXPECT_EQ(sign_jwt(es(), {{"x", std::string(kTokenBytesMax, 'x')}}, "JWT").error().reason,
            "token_too_long");
}

TEST_F(JwtTest, EveryErrorIsAnAuthenticationErrorOfTheClient) {
  const auto bad = verify_jwt("x", keys_, expected_);
  EXPECT_EQ(bad.error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(bad.error().origin, Origin::client);
}

}  // namespace
}  // namespace gatehouse::crypto
