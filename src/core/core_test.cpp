// What every room stands on: clocks, encodings, money, secrets, strict reading of JSON.
#include <gtest/gtest.h>

#include "core/clock.hpp"
#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "core/money.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

namespace gatehouse::core {
namespace {

TEST(Encoding, Base64UrlRoundTripsEveryLengthAndRefusesASecondSpelling) {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string bytes = random_bytes(size);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
  EXPECT_EQ(from_base64url("QQ"), "A");
  for (const auto* twisted : {"QR", "QQ==", "Q", "Q+", "Q Q", "QQ\n"}) {
    EXPECT_FALSE(from_base64url(twisted)) << twisted;
  }
}

TEST(Ids, Uuid7SortsByTimeAndIdsCarryTheirPrefix) {
  const SystemTime now{std::chrono::seconds{1'800'000'000}};
  EXPECT_LT(uuid_v7(now), uuid_v7(now + std::chrono::milliseconds{1}));
  EXPECT_TRUE(is_uuid(uuid_v4()));
  EXPECT_FALSE(is_uuid("123"));
  EXPECT_TRUE(prefixed_id("ord", now).starts_with("ord_"));
  EXPECT_NE(random_token(), random_token());
}

TEST(Clock, PrintsRfc3339) {
  EXPECT_EQ(rfc3339(SystemTime{std::chrono::milliseconds{1'700'000'000'123}}), "2023-11-14T22:13:20.123Z");
}

TEST(Money, IsCheckedAndExact) {
  const auto eur = Currency::from_code("EUR").value();
  const auto jpy = Currency::from_code("JPY").value();
  EXPECT_EQ(to_text({1999, eur}), "19.99 EUR");
  EXPECT_EQ(to_text({-5, eur}), "-0.05 EUR");
  EXPECT_EQ(to_text({500, jpy}), "500 JPY");
  EXPECT_EQ(multiply({1999, eur}, 3)->minor, 5997);
  EXPECT_EQ(add({1, eur}, {1, jpy}).error().reason, "currency_mismatch");
  EXPECT_EQ(multiply({kAmountMax, eur}, 2).error().reason, "amount_overflow");
  EXPECT_FALSE(Currency::from_code("eur"));
  EXPECT_FALSE(Currency::from_code("XXX"));
}

TEST(Text, PercentDecodingRefusesHalfEscapes) {
  EXPECT_EQ(percent_decode("a%20b+c", Plus::is_space), "a b c");
  EXPECT_FALSE(percent_decode("a%2"));
  EXPECT_FALSE(percent_decode("a%zz"));
  EXPECT_EQ(percent_decode(percent_encode("ä/ &=%")), "ä/ &=%");
  const auto form = parse_form("a=1&a=2&b");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->size(), 3U);
  EXPECT_FALSE(is_valid_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));
  EXPECT_TRUE(is_valid_utf8("ä€😀"));
}

TEST(Fields, NamesTheFirstErrorWithItsPath) {
  struct Case {
    const char* text;
    const char* detail;
  };
  for (const Case& c :
       {Case{R"({"port": 70000})", "http.port: must be between 1 and 65535"},
        Case{R"({"port": 1.5})", "http.port: must be an integer"}, Case{R"({})", "http.port: is required"},
        Case{R"({"port": 1, "prot": 2})", "http.prot: unknown field"},
        Case{R"({"port": 1, "idle": "soon"})",
             "http.idle: must be a duration such as \"250ms\", \"30s\", \"5m\" or \"24h\""}}) {
    const auto object = parse_json_object(c.text).value();
    Fields fields{object, "http"};
    (void)fields.required_int("port", {1, 65535});
    (void)fields.optional_duration("idle", std::chrono::seconds{1});
    const auto complete = fields.finish();
    ASSERT_FALSE(complete) << c.text;
    EXPECT_EQ(complete.error().detail, c.detail);
  }
}

TEST(Fields, JsonFromOutsideIsStrict) {
  for (const auto* bad : {"{", "{} x", R"({"a":1,"a":2})", R"({"a":{"b":1,"b":2}})", "[1,]", "nul", ""}) {
    EXPECT_FALSE(parse_json(bad)) << bad;
  }
  EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')));
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST(Secret, ComparesInConstantTimeAndIsNotFormattable) {
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
  static_assert(!fmt::is_formattable<Secret>::value);
  static_assert(!fmt::is_formattable<Pii>::value);
}

}  // namespace
}  // namespace gatehouse::core
