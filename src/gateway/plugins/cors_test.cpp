#include "gateway/plugins/cors.hpp"

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

TestAsk preflight(std::string origin) {
  return {.method = "OPTIONS",
          .headers = {{"Origin", std::move(origin)},
                      {"Access-Control-Request-Method", "POST"},
                      {"Access-Control-Request-Headers", "X-A,X-B"}}};
}

TEST(Cors, AnswersAPreflightItselfWithTheDefaults) {
  PluginBench bench{PluginBench::with("cors", {})};
  const auto answer = bench.send(preflight("https://shop.example"));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.content, "");
  EXPECT_FALSE(answer.has_reached_upstream);
  EXPECT_EQ(answer.headers.get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(answer.headers.get("Access-Control-Allow-Methods"),
            "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT");
  EXPECT_EQ(answer.headers.get("Access-Control-Allow-Headers"), "X-A,X-B");
  EXPECT_FALSE(answer.headers.contains("Vary"));
}

TEST(Cors, LetsAnOptionsRequestThatIsNoPreflightPass) {
  PluginBench bench{PluginBench::with("cors", {})};
  EXPECT_TRUE(bench.send({.method = "OPTIONS"}).has_reached_upstream);
  EXPECT_TRUE(
      bench.send({.method = "OPTIONS", .headers = {{"Origin", "https://a.example"}}}).has_reached_upstream);
}

TEST(Cors, LeavesPreflightsToTheServiceIfTold) {
  PluginBench bench{PluginBench::with("cors", {{"preflight_continue", true}})};
  EXPECT_TRUE(bench.send(preflight("https://a.example")).has_reached_upstream);
}

TEST(Cors, NamesExposedHeadersAndMaxAgeWhereTheyBelong) {
  PluginBench bench{PluginBench::with("cors", {{"exposed_headers", {"X-Total", "ETag"}},
                                               {"max_age", 3600},
                                               {"headers", {"Authorization", "X-Mine"}}})};
  const auto simple = bench.send({.headers = {{"Origin", "https://a.example"}}});
  EXPECT_EQ(simple.headers.get("Access-Control-Expose-Headers"), "X-Total,ETag");
  EXPECT_FALSE(simple.headers.contains("Access-Control-Max-Age"));
  const auto asked = bench.send(preflight("https://a.example"));
  EXPECT_EQ(asked.headers.get("Access-Control-Max-Age"), "3600");
  EXPECT_EQ(asked.headers.get("Access-Control-Allow-Headers"), "Authorization,X-Mine");
}

struct OriginCase {
  json::array origins;
  bool credentials;
  std::string_view origin;
  std::string_view allowed;
  bool varies;
  bool allows_credentials;
};

TEST(JudgeOrigin, AllowsWhatIsListedAndSaysWhenTheAnswerDepends) {
  const std::string_view regex = "https://[a-z]+\\.example\\.com";
  for (const auto& [origins, credentials, origin, allowed, varies, allows] : {
           OriginCase{{}, false, "https://x.example", "*", false, false},
           OriginCase{{"*"}, false, "https://x.example", "*", false, false},
           OriginCase{{"*"}, true, "https://x.example", "https://x.example", true, true},
           OriginCase{{"*"}, true, "", "*", false, false},
           OriginCase{{"https://a.example"}, false, "https://x.example", "https://a.example", true, false},
           OriginCase{{"https://a.example"}, true, "https://a.example", "https://a.example", true, true},
           OriginCase{{"https://a.example", "https://b.example"},
                      false,
                      "https://b.example",
                      "https://b.example",
                      true,
                      false},
           OriginCase{{"https://a.example", "https://b.example"}, true, "https://c.example", "", true, false},
           OriginCase{{regex}, true, "https://shop.example.com", "https://shop.example.com", true, true},
           OriginCase{{regex}, true, "https://shop.example.com.evil.test", "", true, false},
           OriginCase{{regex}, true, "https://evil.test/https://shop.example.com", "", true, false},
       }) {
    const auto config = CorsConfig::from_json({{"origins", origins}, {"credentials", credentials}});
    ASSERT_TRUE(config);
    const auto verdict = judge_origin(*config, origin);
    EXPECT_EQ(verdict.allow_origin, allowed) << json::serialize(origins) << " " << origin;
    EXPECT_EQ(verdict.varies, varies) << json::serialize(origins) << " " << origin;
    EXPECT_EQ(verdict.allows_credentials, allows) << json::serialize(origins) << " " << origin;
  }
}

TEST(CorsConfig, RefusesARegexThatIsNone) {
  EXPECT_FALSE(CorsConfig::from_json({{"origins", {"https://[a"}}}));
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
