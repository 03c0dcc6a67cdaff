#include "storage/redis/resp.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace gatehouse::storage::redis {
namespace {

using Type = Reply::Type;

// In a notation for tests: text 'x', error !x, integer 1, null _, aggregates [ ] { } ( ) > >.
std::string shown(const Reply& reply) {
  std::string inner;
  for (const Reply& element : reply.elements) inner += (inner.empty() ? "" : " ") + shown(element);
  switch (reply.type) {
    case Type::null:
      return "_";
    case Type::text:
      return "'" + reply.text + "'";
    case Type::error:
      return "!" + reply.text;
    case Type::integer:
      return std::to_string(reply.integer);
    case Type::real:
      return std::isnan(reply.real) ? "nan" : std::to_string(reply.real);
    case Type::boolean:
      return reply.integer != 0 ? "true" : "false";
    case Type::array:
      return "[" + inner + "]";
    case Type::map:
      return "{" + inner + "}";
    case Type::set:
      return "(" + inner + ")";
    case Type::push:
      return ">" + inner + ">";
  }
  return "?";
}

// All replies, fed `portion` bytes at a time; an error ends with "ERROR".
std::string read_all(std::string_view input, std::size_t portion, RespLimits limits = {}) {
  RespParser parser(limits);
  std::string seen;
  while (!input.empty()) {
    parser.feed(input.substr(0, portion));
    input.remove_prefix(std::min(portion, input.size()));
    for (;;) {
      const auto reply = parser.next();
      if (!reply) return seen + "ERROR";
      if (!reply->has_value()) break;
      seen += shown(**reply) + ";";
    }
  }
  return seen;
}

TEST(Resp, EveryTypeIsReadInPortionsOfAnySize) {
  struct Row {
    std::string_view input;
    std::string expected;
  };
  const Row rows[] = {
      {"+OK\r\n-ERR no\r\n:42\r\n:-7\r\n", "'OK';!ERR no;42;-7;"},
      {"$5\r\nhello\r\n$0\r\n\r\n$4\r\na\r\nb\r\n", "'hello';'';'a\r\nb';"},
      {"_\r\n$-1\r\n*-1\r\n#t\r\n#f\r\n", "_;_;_;true;false;"},
      {",1.5\r\n,inf\r\n,nan\r\n(12345678901234567890123\r\n", "1.500000;inf;nan;'12345678901234567890123';"},
      {"!8\r\nERR a\r\nb\r\n=7\r\ntxt:abc\r\n", "!ERR a\r\nb;'abc';"},
      {"*2\r\n:1\r\n*1\r\n+x\r\n*0\r\n", "[1 ['x']];[];"},
      {"%2\r\n+a\r\n:1\r\n+b\r\n~2\r\n:2\r\n:3\r\n", "{'a' 1 'b' (2 3)};"},
      {">3\r\n+message\r\n+channel\r\n$2\r\nhi\r\n+OK\r\n", ">'message' 'channel' 'hi'>;'OK';"},
      {"|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+x\r\n+y\r\n:2\r\n", "[1 2];"},
      {"|0\r\n:1\r\n", "1;"},
  };
  for (const Row& row : rows) {
    for (const std::size_t portion : {1U, 2U, 3U, 7U, 1000U}) {
      EXPECT_EQ(read_all(row.input, portion), row.expected) << row.input << " by " << portion;
    }
  }
}

TEST(Resp, WhatIsNotTheProtocolIsAnError) {
  for (const std::string_view input :
       {"HTTP/1.1 200 OK\r\n", "\r\n", ":\r\n", ":1x\r\n", ":99999999999999999999\r\n", "$-2\r\n", "$x\r\n",
        "*-2\r\n", "$3\r\nabcde\r\n", "#x\r\n", ",x\r\n", ",1.5x\r\n", "_x\r\n", "=2\r\nab\r\n",
        "*1\r\n>1\r\n+x\r\n", "*?\r\n", "$?\r\n"}) {
    EXPECT_TRUE(read_all(input, 1).ends_with("ERROR")) << input;
    EXPECT_TRUE(read_all(input, 1000).ends_with("ERROR")) << input;
  }
}

TEST(Resp, EveryLimitHolds) {
  const RespLimits limits{.line_bytes_max = 10, .text_bytes_max = 5, .elements_max = 4, .depth_max = 2};
  EXPECT_EQ(read_all("+123456789\r\n", 1, limits), "'123456789';");
  EXPECT_EQ(read_all("+1234567890\r\n", 100, limits), "ERROR");
  EXPECT_EQ(read_all("+12345678901234567890", 1, limits), "ERROR");
  EXPECT_EQ(read_all("$5\r\nabcde\r\n", 1, limits), "'abcde';");
  EXPECT_EQ(read_all("$6\r\n", 1, limits), "ERROR");
  EXPECT_EQ(read_all("*3\r\n:1\r\n:2\r\n:3\r\n", 1, limits), "[1 2 3];");
  EXPECT_EQ(read_all("*5\r\n", 1, limits), "ERROR");
  EXPECT_EQ(read_all("%3\r\n", 1, limits), "ERROR");
  EXPECT_EQ(read_all("*2\r\n*1\r\n:1\r\n*1\r\n:1\r\n", 1, limits), "ERROR");  // five in all
  EXPECT_EQ(read_all("*1\r\n*1\r\n:1\r\n", 1, limits), "[[1]];");
  EXPECT_EQ(read_all("*1\r\n*1\r\n*1\r\n", 1, limits), "ERROR");
  EXPECT_EQ(read_all("*99999999999999999999\r\n", 1, limits), "ERROR");
}

TEST(Resp, ACommandIsAnArrayOfBulkStrings) {
  std::string out;
  const std::string_view words[] = {"SET", "key", std::string_view("a\r\n\0b", 5)};
  append_command(out, words);
  EXPECT_EQ(out, std::string("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\na\r\n\0b\r\n", 33));
}

}  // namespace
}  // namespace gatehouse::storage::redis
