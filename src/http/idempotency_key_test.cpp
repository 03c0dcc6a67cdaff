#include "http/idempotency_key.hpp"

#include <gtest/gtest.h>

#include "core/fields.hpp"

namespace gatehouse::http {
namespace {

TEST(IdempotencyKey, IsReadQuotedAndBare) {
  struct Case {
    std::string text;
    std::string key;  // empty: refused
  };
  const std::vector<Case> cases{{"0123456789abcdef", "0123456789abcdef"},
                                {" 0123456789abcdef ", "0123456789abcdef"},
                                {"\"0123456789abcdef\"", "0123456789abcdef"},
                                {R"("0123456789\"\\abcd")", R"(0123456789"\abcd)"},
                                {"0123456789abcde", ""},
                                {std::string(255, 'k'), std::string(255, 'k')},
                                {std::string(256, 'k'), ""},
                                {"0123456789 abcdef", ""},
                                {"\"0123456789abcdef", ""},
                                {R"("0123456789abcd\ef")", ""},
                                {R"("01234567"89abcdef")", ""},
                                {"0123456789abcd\xc3\xa4", ""}};
  for (const Case& row : cases) {
    Headers headers;
    headers.add("idempotency-key", row.text);
    const auto key = idempotency_key_of(headers);
    EXPECT_EQ(key.value_or(""), row.key) << row.text;
    if (!key) EXPECT_EQ(key.error().reason, "idempotency_key_malformed");
  }
}

TEST(IdempotencyKey, MustBeThereOnce) {
  Headers headers;
  EXPECT_EQ(idempotency_key_of(headers).error().reason, "idempotency_key_missing");
  headers.add("Idempotency-Key", "0123456789abcdef");
  headers.add("Idempotency-Key", "0123456789abcdef");
  EXPECT_EQ(idempotency_key_of(headers).error().reason, "idempotency_key_malformed");
}

TEST(CanonicalJson, DoesNotDependOnSpelling) {
  const auto one = core::parse_json(R"({"b": [1, {"y": null, "x": "\u0041"}], "a": true})");
  const auto other = core::parse_json(R"({"a":true,"b":[1,{"x":"A","y":null}]})");

  EXPECT_EQ(canonical_json(*one), R"({"a":true,"b":[1,{"x":"A","y":null}]})");
  EXPECT_EQ(canonical_json(*one), canonical_json(*other));
}

}  // namespace
}  // namespace gatehouse::http
