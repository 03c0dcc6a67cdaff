// The parts of the shipper that need no receiver.
#include <fstream>

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "log_shipper/bulk.hpp"
#include "log_shipper/checkpoint.hpp"
#include "log_shipper/settings.hpp"

namespace gatehouse::log_shipper {
namespace {

namespace fs = std::filesystem;

TEST(Bulk, ABodyIsAnActionAndADocumentALine) {
  const std::vector<Item> items{{"ab-1", R"({"a":1})"}, {"ab-2", R"({"a":2})"}};
  EXPECT_EQ(bulk_body(items, "logs-x-y"),
            "{\"create\":{\"_index\":\"logs-x-y\",\"_id\":\"ab-1\"}}\n{\"a\":1}\n"
            "{\"create\":{\"_index\":\"logs-x-y\",\"_id\":\"ab-2\"}}\n{\"a\":2}\n");
}

TEST(Bulk, EachItemHasItsOwnFate) {
  const auto outcomes = read_bulk_reply(
      R"({"items":[{"create":{"status":201}},{"create":{"status":409}},{"create":{"status":429}},
          {"create":{"status":503}},{"create":{"status":400,"error":{"type":"t","reason":"r"}}}]})",
      5);
  ASSERT_TRUE(outcomes);
  std::vector<Fate> fates;
  for (const Outcome& outcome : *outcomes) fates.push_back(outcome.fate);
  EXPECT_EQ(fates, (std::vector{Fate::taken, Fate::was_there, Fate::again, Fate::again, Fate::refused}));
  EXPECT_EQ(outcomes->back().why, "t: r");
}

TEST(Bulk, NonsenseIsAnErrorAndNeverALoss) {
  for (const char* reply : {"", "[]", "{}", R"({"items":{}})", R"({"items":[]})", R"({"items":[1]})",
                            R"({"items":[{"index":{}}]})", R"({"items":[{"create":{"status":"201"}}]})",
                            R"({"items":[{"create":{"status":0}}]})",
                            R"({"items":[{"create":{"status":201}},{"create":{"status":201}}]})"}) {
    const auto outcomes = read_bulk_reply(reply, 1);
    ASSERT_FALSE(outcomes) << reply;
    EXPECT_EQ(outcomes.error().reason, "bulk_answer");
  }
}

TEST(Checkpoint, ComesBackAsItWasWrittenAndADamagedOneIsRefused) {
  std::string pattern = "/tmp/gatehouse-checkpoint-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const fs::path file = fs::path(pattern) / "checkpoint.json";
  EXPECT_TRUE(read_checkpoint(file).value().empty());
  const Checkpoint checkpoint{
      {"orders-1", {.position = {1'764'211'712'345, 99}, .run = "00ab", .sequence = 7}},
      {"up", {.position = {1, 0}, .run = "", .sequence = 0}}};
  ASSERT_TRUE(write_checkpoint(file, checkpoint));
  EXPECT_EQ(read_checkpoint(file).value(), checkpoint);
  for (const char* text : {"", "{", "[]", R"({"a":1})", R"({"a":{"generation":-1,"offset":0,"sequence":0}})",
                           R"({"a":{"generation":1}})"}) {
    std::ofstream(file) << text;
    const auto read = read_checkpoint(file);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "bad_checkpoint");
  }
  fs::remove_all(pattern);
}

Result<Settings> read(std::string_view elasticsearch) {
  return Settings::from_json(
      core::parse_json_object(fmt::format(R"({{"elasticsearch":{}}})", elasticsearch)).value(), "/secrets");
}

TEST(Settings, AUrlMayHaveAPathAndAQuery) {
  const auto whole =
      read(R"({"url":"https://logs.example.org:9428/insert/elasticsearch/?_msg_field=message"})");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->server.host, "logs.example.org");
  EXPECT_EQ(whole->server.port, 9428);
  EXPECT_EQ(whole->server.path, "/insert/elasticsearch");
  EXPECT_EQ(whole->server.query, "_msg_field=message");
  const auto short_one = read(R"({"url":"https://[::1]"})");
  ASSERT_TRUE(short_one);
  EXPECT_EQ(short_one->server.host, "::1");
  EXPECT_EQ(short_one->server.port, 9200);
}

TEST(Settings, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({})", "url"},
      {R"({"url":"elastic:9200"})", "url"},
      {R"({"url":"https://"})", "url"},
      {R"({"url":"https://a:0"})", "url"},
      {R"({"url":"https://user:pass@a"})", "url"},
      {R"({"url":"http://elastic.example.org:9200"})", "url"},
      {R"({"url":"https://a","username":"u"})", "password_file"},
      {R"({"url":"https://a","password_file":"p"})", "password_file"},
      {R"({"url":"https://a","username":"u","password_file":"p","api_key_file":"k"})", "api_key_file"},
      {R"({"url":"https://a","data_stream":"Logs\"x"})", "data_stream"},
      {R"({"url":"https://a","batch_size":"1GiB"})", "batch_size"},
      {R"({"url":"https://a","flush_interval":"1ms"})", "flush_interval"},
      {R"({"url":"https://a","colour":"red"})", "colour"}};
  for (const auto& [text, key] : wrong) {
    const auto settings = read(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_TRUE(settings.error().detail.starts_with(fmt::format("settings.elasticsearch.{}", key)))
        << text << " " << settings.error().detail;
  }
  EXPECT_EQ(Settings::from_json({}, "/secrets").error().detail.substr(0, 22), "settings.elasticsearch");
}

TEST(Settings, SecretsAreReadFromTheRolesDirectoryOrAPath) {
  const auto settings = read(R"({"url":"https://a","username":"u","password_file":"p"})");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->password_file, "/secrets/p");
  EXPECT_EQ(settings->authorization().error().reason, "secret_missing");
  EXPECT_EQ(read(R"({"url":"https://a","api_key_file":"/run/key"})")->api_key_file, "/run/key");
}

}  // namespace
}  // namespace gatehouse::log_shipper
