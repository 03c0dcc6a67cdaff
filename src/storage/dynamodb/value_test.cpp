#include "storage/dynamodb/value.hpp"

#include <gtest/gtest.h>

#include "core/fields.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

Result<Value> parsed(std::string_view text) {
  return value_of(core::parse_json(text).value());
}

TEST(DynamodbValue, IsReadAsItIsWritten) {
  for (const std::string text :
       {R"({"S":"two words"})", R"({"S":""})", R"({"N":"-12.5E+3"})", R"({"N":"1800000000000000"})",
        R"({"B":"AAECAw=="})", R"({"BOOL":false})", R"({"NULL":true})", R"({"L":[{"S":"a"},{"N":"1"}]})",
        R"({"M":{"a":{"L":[]},"b":{"M":{}}}})"}) {
    const auto value = parsed(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(json::serialize(to_json(*value)), text);
  }
}

TEST(DynamodbValue, NothingElseIsRead) {
  for (const std::string text : {R"({})",
                                 R"("S")",
                                 R"({"S":1})",
                                 R"({"S":"a","N":"1"})",
                                 R"({"N":1})",
                                 R"({"N":""})",
                                 R"({"N":"1."})",
                                 R"({"N":"0x1"})",
                                 R"({"N":"1e"})",
                                 R"({"N":" 1"})",
                                 R"({"B":"*"})",
                                 R"({"B":"AAECAw"})",
                                 R"({"BOOL":"true"})",
                                 R"({"NULL":false})",
                                 R"({"L":{}})",
                                 R"({"L":["a"]})",
                                 R"({"M":[]})",
                                 R"({"M":{"a":1}})",
                                 R"({"SS":["a"]})",
                                 R"({"X":true})"}) {
    const auto value = parsed(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().reason, "bad_dynamodb_answer");
  }
}

TEST(DynamodbValue, ANumberIsAnIntegerOnlyIfItFits) {
  EXPECT_EQ(parsed(R"({"N":"42"})")->integer(), 42);
  EXPECT_EQ(Value(std::int64_t{-7}).integer(), -7);
  EXPECT_FALSE(parsed(R"({"N":"1.5"})")->integer());
  EXPECT_FALSE(parsed(R"({"N":"99999999999999999999"})")->integer());
  EXPECT_FALSE(parsed(R"({"S":"42"})")->integer());
}

TEST(DynamodbValue, AnItemIsAtLeastAsLargeAsDynamodbSays) {
  // Names and values in bytes; a list or map costs three more, and one for each of its members.
  const Item item{{"id", "pay_1"},                                               // 2 + 5
                  {"blob", Value::Bytes{std::string(10, 'x')}},                  // 4 + 10
                  {"writes", Value::List{Value("a"), Value(std::int64_t{1})}}};  // 6 + 3 + 2 * 1 + 1 + 1
  EXPECT_EQ(size_of(item), 34U);
}

}  // namespace
}  // namespace gatehouse::storage::dynamodb
