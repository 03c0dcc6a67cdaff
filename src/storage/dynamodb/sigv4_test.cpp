// AWS's published signing test suite (aws-sig-v4-test-suite), by the names of its cases.
#include "storage/dynamodb/sigv4.hpp"

#include <gtest/gtest.h>

namespace gatehouse::storage::dynamodb {
namespace {

struct Case {
  std::string name;
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content;
  std::string signed_headers;
  std::string signature;
};

const core::SystemTime kTime = core::from_unix_seconds(1'440'938'160);  // 2015-08-30 12:36:00 UTC
const SigningScope kScope{.region = "us-east-1", .service = "service"};
const Credentials kCredentials{.access_key_id = "AKIDEXAMPLE",
                               .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                               .session_token = {},
                               .expires_at = {}};

http::Request request_of(const Case& given) {
  http::Request request;
  request.method = given.method;
  request.target = given.target;
  request.headers.add("Host", "example.amazonaws.com");
  for (const auto& [name, value] : given.headers) request.headers.add(name, value);
  request.content = given.content;
  return request;
}

constexpr auto kUnreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr auto kPlain = "host;x-amz-date";
constexpr auto kOfRoot = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

const std::vector<Case> kCases{
    {"get-vanilla", "GET", "/", {}, "", kPlain, kOfRoot},
    {"get-vanilla-query", "GET", "/?", {}, "", kPlain, kOfRoot},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/?Param2=value2&Param1=value1",
     {},
     "",
     kPlain,
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-empty-query-key",
     "GET",
     "/?Param1=value1",
     {},
     "",
     kPlain,
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"get-vanilla-query-unreserved",
     "GET",
     std::string("/?") + kUnreserved + "=" + kUnreserved,
     {},
     "",
     kPlain,
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"get-vanilla-utf8-query",
     "GET",
     "/?ሴ=bar",
     {},
     "",
     kPlain,
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-unreserved",
     "GET",
     std::string("/") + kUnreserved,
     {},
     "",
     kPlain,
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-utf8",
     "GET",
     "/ሴ",
     {},
     "",
     kPlain,
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space",
     "GET",
     "/example space/",
     {},
     "",
     kPlain,
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-relative", "GET", "/example/..", {}, "", kPlain, kOfRoot},
    {"get-relative-relative", "GET", "/example1/example2/../..", {}, "", kPlain, kOfRoot},
    {"get-slash", "GET", "//", {}, "", kPlain, kOfRoot},
    {"get-slash-dot-slash", "GET", "/./", {}, "", kPlain, kOfRoot},
    {"get-slash-pointless-dot",
     "GET",
     "/./example",
     {},
     "",
     kPlain,
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"get-slashes",
     "GET",
     "//example//",
     {},
     "",
     kPlain,
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"get-header-value-trim",
     "GET",
     "/",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "",
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"post-vanilla",
     "POST",
     "/",
     {},
     "",
     kPlain,
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-vanilla-query",
     "POST",
     "/?Param1=value1",
     {},
     "",
     kPlain,
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-header-key-sort",
     "POST",
     "/",
     {{"My-Header1", "value1"}},
     "",
     "host;my-header1;x-amz-date",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     "Param1=value1",
     "content-type;host;x-amz-date",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"}};

TEST(Sigv4, SignsAsThePublishedVectorsSay) {
  for (const Case& given : kCases) {
    http::Request request = request_of(given);
    sign(request, kCredentials, kScope, kTime);
    EXPECT_EQ(request.headers.get("Authorization"),
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
              "SignedHeaders=" +
                  given.signed_headers + ", Signature=" + given.signature)
        << given.name << "\n"
        << canonical_request(request);
    EXPECT_EQ(request.headers.get("X-Amz-Date"), "20150830T123600Z");
  }
}

TEST(Sigv4, ASessionTokenIsSignedWithTheRest) {
  Credentials session = kCredentials;
  session.session_token = Secret(
      "AQoDYXdzEPT//////////"
      "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf"
      "KD8YUuwthAx7mSEI/qkPpKPi/"
      "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd"
      "8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+"
      "scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3i"
      "SIlTJabIQwj2ICCR/oLxBA==");
  http::Request request = request_of({.method = "POST", .target = "/"});

  sign(request, session, kScope, kTime);

  // post-sts-token/post-sts-header-before
  EXPECT_TRUE(request.headers.get("Authorization")
                  .ends_with("SignedHeaders=host;x-amz-date;x-amz-security-token, Signature="
                             "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"))
      << request.headers.get("Authorization");
}

TEST(Sigv4, SigningTwiceReplacesTheFirstSignature) {
  http::Request request = request_of({.method = "GET", .target = "/"});
  sign(request, kCredentials, kScope, kTime - std::chrono::minutes{10});
  sign(request, kCredentials, kScope, kTime);
  EXPECT_EQ(request.headers.count("Authorization"), 1U);
  EXPECT_TRUE(request.headers.get("Authorization").ends_with(kOfRoot));
}

}  // namespace
}  // namespace gatehouse::storage::dynamodb
