#include "gateway/plugins/request_size_limiting.hpp"

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

json::object ten_bytes() {
  return {{"allowed_payload_size", 10}, {"size_unit", "bytes"}};
}

TEST(RequestSizeLimiting, JudgesByTheAnnouncedLength) {
  PluginBench bench{PluginBench::with("request-size-limiting", ten_bytes())};
  EXPECT_EQ(bench.send({.headers = {{"Content-Length", "10"}}, .body = "0123456789"}).status, 200U);
  const auto refused = bench.send({.headers = {{"Content-Length", "11"}}, .body = "0123456789A"});
  EXPECT_EQ(refused.status, 413U);
  EXPECT_FALSE(refused.has_reached_upstream);
  EXPECT_EQ(json::parse(refused.content).at("message").as_string(), "Request size limit exceeded");
}

TEST(RequestSizeLimiting, Answers417ToAClientThatWaits) {
  PluginBench bench{PluginBench::with("request-size-limiting", ten_bytes())};
  EXPECT_EQ(bench.send({.headers = {{"Content-Length", "11"}, {"Expect", "100-continue"}}}).status, 417U);
}

TEST(RequestSizeLimiting, CountsABodyOfUnknownLengthWhileItStreams) {
  PluginBench bench{PluginBench::with("request-size-limiting", ten_bytes())};
  EXPECT_EQ(bench.send({.method = "POST", .body = "0123456789"}).status, 200U);
  const auto refused =
      bench.send({.method = "POST", .headers = {{"Accept", "application/json"}}, .body = "0123456789A"});
  EXPECT_EQ(refused.status, 413U);
  EXPECT_EQ(json::parse(refused.content).at("message").as_string(), "Request size limit exceeded");
}

TEST(RequestSizeLimiting, InsistsOnALengthIfTold) {
  auto config = ten_bytes();
  config["require_content_length"] = true;
  PluginBench bench{PluginBench::with("request-size-limiting", config)};
  const auto refused = bench.send({.method = "POST", .body = "x"});
  EXPECT_EQ(refused.status, 411U);
  EXPECT_EQ(json::parse(refused.content).at("message").as_string(),
            "A valid Content-Length header is required");
}

TEST(RequestSizeLimitingConfig, ReadsUnits) {
  EXPECT_EQ(RequestSizeLimitingConfig::from_json({})->bytes_max, 128U * 1'048'576U);
  EXPECT_EQ(RequestSizeLimitingConfig::from_json({{"allowed_payload_size", 2}, {"size_unit", "kilobytes"}})
                ->bytes_max,
            2048U);
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
