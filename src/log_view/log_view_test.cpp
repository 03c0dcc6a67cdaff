#include <fstream>

#include <gtest/gtest.h>

#include "log_view/line.hpp"
#include "log_view/merge.hpp"

namespace gatehouse::log_view {
namespace {

namespace fs = std::filesystem;

std::string line_at(std::string_view time, std::string_view message) {
  return fmt::format(R"({{"@timestamp":"2026-11-23T{}Z","log.level":"info","message":"{}"}})", time,
                     message) +
         "\n";
}

TEST(Merge, ShowsTheLinesOfAllInstancesInOrderOfTimeEachOnce) {
  std::string pattern = "/tmp/gatehouse-log-view-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const fs::path logs = pattern;
  const auto append = [&logs](std::string_view name, const std::string& text) {
    std::ofstream(logs / name, std::ios::app) << text;
  };
  append("orders-1.1.ndjson", line_at("10:00:00.001", "a") + "no JSON\n");
  append("orders-1.2.ndjson", line_at("10:00:00.004", "d"));
  append("auth-1.7.ndjson", line_at("10:00:00.002", "b") + line_at("10:00:00.003", "c"));
  append("gateway-1.7.ndjson", line_at("10:00:00.000", "not asked for"));
  Merge merge(logs, [](std::string_view instance) { return instance != "gateway-1"; });
  std::string seen;
  const auto show = [&seen](const Line& line) {
    seen += line.fields.at("message").as_string().c_str();
    return true;
  };
  EXPECT_TRUE(merge.drain(show));
  EXPECT_EQ(seen, "abcd");
  append("auth-1.9.ndjson", line_at("10:00:00.006", "f"));
  append("payments-1.9.ndjson", line_at("10:00:00.005", "e"));
  EXPECT_TRUE(merge.drain(show));
  EXPECT_EQ(seen, "abcdef");
  seen.clear();
  Merge late(logs, [](std::string_view instance) { return instance == "auth-1"; }, 9);
  EXPECT_TRUE(late.drain(show));
  EXPECT_EQ(seen, "f");
  fs::remove_all(logs);
}

TEST(LineText, IsForPeople) {
  const auto line = parse_line(
      R"({"@timestamp":"2026-11-23T10:00:00.001Z","log.level":"warn","message":"late","ecs.version":"9.0.0",)"
      R"("service.name":"orders-service","process.pid":7,"event.action":"outbox","delay_ms":5,"log.record.uid":"0-1"})",
      "orders-1");
  ASSERT_TRUE(line);
  EXPECT_EQ(as_text(*line, "2026-11-23", Colour::no),
            "10:00:00.001 WARN  orders-1       late  event.action=outbox  delay_ms=5");
  EXPECT_TRUE(as_text(*line, "2026-11-24", Colour::no).starts_with("2026-11-23T10:00:00.001Z WARN"));
  EXPECT_NE(as_text(*line, "2026-11-23", Colour::yes).find("\x1b[33mWARN \x1b[0m"), std::string::npos);
}

TEST(LineText, ALineDoesNotSpeakToTheTerminal) {
  const auto line = parse_line("{\"message\":\"\\u001b]0;owned\\u0007\",\"a\\nb\":\"\\r\"}", "orders-1");
  ASSERT_TRUE(line);
  const std::string text = as_text(*line, "2026-11-23", Colour::no);
  EXPECT_EQ(std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }), 0);
  EXPECT_FALSE(parse_line("no JSON", "orders-1"));
}

TEST(Level, HasARank) {
  EXPECT_LT(rank_of("debug"), rank_of("info"));
  EXPECT_LT(rank_of("warn"), rank_of("error"));
  EXPECT_EQ(rank_of("loud"), -1);
}

}  // namespace
}  // namespace gatehouse::log_view
