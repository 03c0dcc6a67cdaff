#include "http/head_lines.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

TEST(HeadLines, TakesRequestLinesOfOneShapeOnly) {
  const auto line = HeadLines("PATCH /a?b=c HTTP/1.1\r\n").request_line();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->method, "PATCH");
  EXPECT_EQ(line->target, "/a?b=c");
  EXPECT_EQ(HeadLines("GET / HTTP/1.0\r\n").request_line()->version, Version::http10);
  EXPECT_EQ(HeadLines("GET /caf\xC3\xA9 HTTP/1.1\r\n").request_line()->target, "/caf\xC3\xA9");
  for (const std::string_view text :
       {"", "\r\n", "GET\r\n", "GET /\r\n", "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n",
        " GET / HTTP/1.1\r\n", "GET /a b HTTP/1.1\r\n", "GET /\ta HTTP/1.1\r\n", "GET / HTTP/2.0\r\n",
        "GET / HTTP/1.2\r\n", "GET / http/1.1\r\n", "G\x01T / HTTP/1.1\r\n", "GET /\x7F HTTP/1.1\r\n",
        "GET / HTTP/1.1", "GET / HTTP/1.1\n", "G:T / HTTP/1.1\r\n"}) {
    EXPECT_FALSE(HeadLines(text).request_line()) << text;
  }
}

TEST(HeadLines, TakesStatusLinesWithAndWithoutReason) {
  EXPECT_EQ(HeadLines("HTTP/1.1 200 OK\r\n").status_line()->status, 200U);
  EXPECT_EQ(HeadLines("HTTP/1.1 404 Not here at all\r\n").status_line()->status, 404U);
  EXPECT_EQ(HeadLines("HTTP/1.0 204 \r\n").status_line()->version, Version::http10);
  EXPECT_EQ(HeadLines("HTTP/1.1 599\r\n").status_line()->status, 599U);
  for (const std::string_view text : {"HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 099 X\r\n",
                                      "HTTP/1.1 abc X\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.1\r\n",
                                      "HTTP/1.1 200 a\x01z\r\n", "ICY 200 OK\r\n", "HTTP/1.1 -20 X\r\n"}) {
    EXPECT_FALSE(HeadLines(text).status_line()) << text;
  }
}

HeadLines::Found first(std::string_view text, HeaderField& field) {
  HeadLines lines(text);
  return lines.next(field);
}

TEST(HeadLines, TakesFieldsWithoutTheSpaceAroundTheirValues) {
  HeaderField field;
  ASSERT_EQ(first("X-Name: \t a value, with: all \t \r\n\r\n", field), HeadLines::Found::field);
  EXPECT_EQ(field.name, "X-Name");
  EXPECT_EQ(field.value, "a value, with: all");
  EXPECT_EQ(first("X:\r\n\r\n", field), HeadLines::Found::field);
  EXPECT_EQ(field.value, "");
  EXPECT_EQ(first("X: caf\xC3\xA9\tbar\r\n\r\n", field), HeadLines::Found::field);
  EXPECT_EQ(first("\r\n", field), HeadLines::Found::end);
}

TEST(HeadLines, RefusesFieldsThatTwoParsersCouldReadDifferently) {
  using namespace std::string_view_literals;
  HeaderField field;
  for (const std::string_view text :
       {"X : 1\r\n\r\n"sv, " X: 1\r\n\r\n"sv, ": 1\r\n\r\n"sv, "X\r\n\r\n"sv, "X 1\r\n\r\n"sv,
        "X: a\0b\r\n\r\n"sv, "X: a\rb\r\n\r\n"sv, "X: a\x7Fz\r\n\r\n"sv, "X\xC3\xA9: 1\r\n\r\n"sv,
        "X: 1\n\r\n"sv, "\r\nX: 1\r\n"sv, "X: 1"sv, ""sv}) {
    EXPECT_EQ(first(text, field), HeadLines::Found::malformed) << text;
  }
}

// Many bytes are judged at a time: every byte is tried at every place of such a block.
TEST(HeadLines, SaysOfEveryByteAtEveryPlaceWhetherItBelongsInAValue) {
  for (std::size_t place = 0; place < 70; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = "X: " + std::string(70, '\xA0') + ".\r\n\r\n";
      text[3 + place] = static_cast<char>(byte);
      HeaderField field;
      const bool is_text = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
      EXPECT_EQ(first(text, field) == HeadLines::Found::field, is_text) << byte << " at " << place;
    }
  }
}

}  // namespace
}  // namespace gatehouse::http
