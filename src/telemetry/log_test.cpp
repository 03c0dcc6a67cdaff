#include "telemetry/log.hpp"

#include <fcntl.h>
#include <limits>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/text.hpp"

namespace gatehouse::telemetry {
namespace {

// The log turned into a pipe, and its lines read back as JSON.
class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(pipe2(pipe_, O_CLOEXEC), 0);
    fcntl(pipe_[0], F_SETFL, O_NONBLOCK);
    configure({});
  }
  void TearDown() override {
    log::configure({.level = log::Level::off});
    close(pipe_[0]);
    close(pipe_[1]);
  }
  void configure(log::Settings settings) {
    settings.service = "orders";
    settings.instance = "orders-1";
    settings.descriptor = pipe_[1];
    log::configure(settings);
  }
  std::string available() {
    std::string text;
    char buffer[65536];
    for (ssize_t got = 0; (got = read(pipe_[0], buffer, sizeof buffer)) > 0;) text.append(buffer, got);
    return text;
  }
  // Until nothing has come for longer than the writer's period.
  std::string text_until_quiet() {
    std::string text;
    pollfd readable{.fd = pipe_[0], .events = POLLIN, .revents = 0};
    while (poll(&readable, 1, 600) > 0) text += available();
    return text;
  }
  static std::vector<boost::json::object> parsed(std::string_view text) {
    std::vector<boost::json::object> lines;
    for (const auto line : core::split(text, '\n')) {
      if (!line.empty()) lines.push_back(boost::json::parse(line).as_object());
    }
    return lines;
  }
  std::vector<boost::json::object> lines() {
    log::flush();
    return parsed(available());
  }
  boost::json::object line() {
    auto all = lines();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? boost::json::object{} : all.front();
  }

  int pipe_[2]{};
};

template <class T>
concept Loggable = requires(const T& value) { log::field("key", value); };
static_assert(Loggable<std::string> && Loggable<int> && Loggable<double> && Loggable<bool>);
static_assert(!Loggable<Secret> && !Loggable<Pii>);

TEST_F(LogTest, ALineCarriesTheFieldsOfTheElasticCommonSchema) {
  const auto trace = TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").value();
  log::info(
      "request-done", "GET /orders/{id}",
      {log::field("http.route", std::string("/orders/{id}")), log::field("http.response.status_code", 200),
       log::field("event.duration", std::uint64_t{18'446'744'073'709'551'615U}), log::field("ratio", 0.5),
       log::field("cached", true), log::redacted("user.email"), log::field(trace)});
  const auto got = line();
  EXPECT_EQ(got.at("message"), "GET /orders/{id}");
  EXPECT_EQ(got.at("log.level"), "info");
  EXPECT_EQ(got.at("service.name"), "orders");
  EXPECT_EQ(got.at("service.node.name"), "orders-1");
  EXPECT_EQ(got.at("event.action"), "request-done");
  EXPECT_EQ(got.at("http.route"), "/orders/{id}");
  EXPECT_EQ(got.at("http.response.status_code"), 200);
  EXPECT_EQ(got.at("event.duration").as_uint64(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(got.at("ratio"), 0.5);
  EXPECT_EQ(got.at("cached"), true);
  EXPECT_EQ(got.at("user.email"), "[redacted]");
  EXPECT_EQ(got.at("trace.id"), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(got.at("span.id"), "b7ad6b7169203331");
  EXPECT_TRUE(got.contains("ecs.version"));
  const std::string_view time = got.at("@timestamp").as_string();
  EXPECT_EQ(time.size(), 24U);
  EXPECT_EQ(time.back(), 'Z');
}

TEST_F(LogTest, AnErrorIsKindReasonAndDetail) {
  const Error failed(ErrorKind::unavailable, "disk_full", "orders.db: no space");
  log::warn("store", "could not save", {log::field(failed)});
  const auto got = line();
  EXPECT_EQ(got.at("error.type"), "unavailable");
  EXPECT_EQ(got.at("error.code"), "disk_full");
  EXPECT_EQ(got.at("error.message"), "orders.db: no space");
}

TEST_F(LogTest, NothingBelowTheLevelIsWritten) {
  configure({.level = log::Level::warn});
  log::debug("a", "no");
  log::info("b", "no");
  log::warn("c", "yes");
  log::error("d", "yes");
  EXPECT_EQ(lines().size(), 2U);
  EXPECT_FALSE(log::enabled(log::Level::info));
}

TEST_F(LogTest, AnyBytesComeOutAsValidJson) {
  std::string every;
  for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
  const std::string hostile[] = {
      every,      "\xC0\xAF",     "\xED\xA0\x80",           "\xF4\x90\x80\x80",
      "\xE2\x82", "ok\xE2\x82x",  "\xF0\x9F\x98\x80 smile", "\"},{\"log.level\":\"error",
      "\n\r\t\b", "\xE2\x80\xA8", std::string(3, '\0')};
  for (const std::string& bytes : hostile) log::info("hostile", bytes, {log::field("value", bytes)});
  const auto got = lines();
  ASSERT_EQ(got.size(), std::size(hostile));
  for (const auto& one : got) {
    EXPECT_EQ(one.at("message"), one.at("value"));
    EXPECT_EQ(one.at("log.level"), "info");
    EXPECT_TRUE(core::is_valid_utf8(std::string(one.at("value").as_string())));
  }
  EXPECT_EQ(got[6].at("value"), "\xF0\x9F\x98\x80 smile");
  EXPECT_EQ(got[5].at("value"), "ok\xEF\xBF\xBD\xEF\xBF\xBDx");
  EXPECT_EQ(std::string_view(got[7].at("value").as_string()), hostile[7]);
}

TEST_F(LogTest, NumbersThatJsonCannotSayAreNull) {
  log::info("n", "n", {log::field("nan", std::numeric_limits<double>::quiet_NaN()), log::field("low", -7)});
  const auto got = line();
  EXPECT_TRUE(got.at("nan").is_null());
  EXPECT_EQ(got.at("low"), -7);
}

TEST_F(LogTest, ATextIsCutAtItsLimit) {
  log::info("long", std::string(100'000, 'x'));
  EXPECT_EQ(line().at("message").as_string().size(), 8192U);
}

TEST_F(LogTest, WhatAStalledReaderMissesIsDroppedAndCounted) {
  configure({.buffered_bytes_max = 64U << 10U});
  // Nobody reads: the pipe takes 64 KiB, the buffer as much again, the rest must go without waiting.
  for (int i = 0; i < 20'000; ++i) log::info("flood", "a line that nobody reads at the moment");
  const std::string all = text_until_quiet();
  std::size_t dropped = 0;
  std::size_t seen = 0;
  for (const auto& one : parsed(all)) {
    const bool tells = one.at("event.action") == "log-lines-dropped";
    if (tells) dropped += one.at("log.dropped_lines").to_number<std::size_t>();
    if (!tells) ++seen;
  }
  EXPECT_EQ(dropped + seen, 20'000U);
  EXPECT_GT(dropped, 0U);
}

TEST_F(LogTest, LinesOfManyThreadsDoNotMix) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 50; ++i)
        log::info("work", "from a thread", {log::field("t", t), log::field("i", i)});
    });
  }
  threads.clear();
  EXPECT_EQ(lines().size(), 200U);
}

}  // namespace
}  // namespace gatehouse::telemetry
