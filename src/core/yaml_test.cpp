#include "core/yaml.hpp"

#include <gtest/gtest.h>

namespace gatehouse::core {
namespace {

json::value read(std::string_view text) {
  const auto document = parse_yaml(text);
  EXPECT_TRUE(document) << text << "\n" << document.error().detail;
  return document ? document->value : json::value{};
}

TEST(Yaml, ReadsWhatConfigurationIsMadeOf) {
  const auto value = read(R"(# a comment
address: 127.0.0.1
port: 8500            # a number
ratio: 0.5
quoted: "8500"
also: 'true'
flag: true
nothing:
words: yes
list: [a, 2, {b: c}]
roles:
  orders:
    instances: 2
    settings:
      - one
      - two: 2
text: |
  first
  second
)");
  const auto expected = json::parse(R"({"address":"127.0.0.1","port":8500,"ratio":0.5,"quoted":"8500",
    "also":"true","flag":true,"nothing":null,"words":"yes","list":["a",2,{"b":"c"}],
    "roles":{"orders":{"instances":2,"settings":["one",{"two":2}]}},"text":"first\nsecond\n"})");
  EXPECT_EQ(value, expected) << json::serialize(value);
}

TEST(Yaml, ReadsJson) {
  constexpr std::string_view text = R"({"a": [1, -2, 3.5, "x\ny", null, true], "b": {"c": {}}})";
  EXPECT_EQ(read(text), json::parse(text));
  EXPECT_TRUE(read("").is_null());
}

TEST(Yaml, KnowsTheLineOfEveryKey) {
  const auto document =
      parse_yaml("a: 1\nroles:\n  orders:\n    port: 5003\n  list:\n    - x\n    - y\n").value();
  EXPECT_EQ(document.line_of("roles.orders.port"), 4);
  EXPECT_EQ(document.line_of("roles.list[1]"), 7);
  EXPECT_EQ(document.line_of("roles.orders.no_such_key"), 3) << "where it was looked for";
  EXPECT_EQ(document.line_of("nothing"), 1);
  EXPECT_EQ(document.located("roles.orders.port: must be less"), "4: roles.orders.port: must be less");
}

TEST(Yaml, RefusesWithTheLine) {
  struct Case {
    std::string_view text;
    std::string_view detail;
  };
  for (const auto& [text, detail] : {
           Case{"a: 1\na: 2\n", "2: the key \"a\" is there twice"},
           Case{"a: 1\nb: [1, 2\nc: 3\n", "3: "},
           Case{"a: !!binary aGk=\n", "1: tags are not understood"},
           Case{"a: 1\n---\nb: 2\n", "2: there must be one document only"},
           Case{"base: &b {x: 1}\nother:\n  <<: *b\n", "3: merge keys are not understood"},
           Case{"? [a, b]\n: 1\n", "1: a key must be text"},
           Case{"a: &x [*x]\n", "1: an alias stands inside what it stands for"},
           Case{"a: *nobody\n", "1: "},
           Case{"\ta: 1\n", "1: "},
       }) {
    const auto document = parse_yaml(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().reason, "malformed_yaml");
    EXPECT_TRUE(document.error().detail.starts_with(detail)) << document.error().detail;
  }
}

TEST(Yaml, AnAliasIsACopyThatCounts) {
  EXPECT_EQ(read("tls: &tls {ca: ca.pem}\nother: *tls\n"),
            json::parse(R"({"tls":{"ca":"ca.pem"},"other":{"ca":"ca.pem"}})"));
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += (j == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    laughs += "]\n";
  }
  EXPECT_TRUE(parse_yaml(laughs).error().detail.ends_with("this is too much"));
  std::string long_text = "a: &a " + std::string(100'000, 'x') + "\nb: [";
  for (int i = 0; i < 50; ++i) long_text += "*a, ";
  EXPECT_FALSE(parse_yaml(long_text + "]\n"));
}

TEST(Yaml, DepthAndSizeHaveLimits) {
  for (const auto* open : {"[", "{a: ", "- ", "? "}) {
    std::string deep;
    for (int i = 0; i < 20'000; ++i) deep += open;
    EXPECT_FALSE(parse_yaml(deep)) << open;
  }
  EXPECT_FALSE(parse_yaml(std::string(300'000, ' ')));
  EXPECT_FALSE(parse_yaml("[" + std::string(60'000, ',') + "]"));
}

}  // namespace
}  // namespace gatehouse::core
