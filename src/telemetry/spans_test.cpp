// Which spans are kept, and how OTLP has them.
#include "telemetry/spans.hpp"

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "telemetry/otlp.hpp"

namespace gatehouse::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class Spans : public testing::Test {
 protected:
  ~Spans() override { spans::configure(std::nullopt); }

  static spans::Span span(std::string name) {
    return {.context = TraceContext::start().child(),
            .kind = spans::Kind::client,
            .name = std::move(name),
            .began = core::SteadyTime{nanoseconds{500}},
            .took = nanoseconds{250},
            .has_failed = false,
            .attributes = {}};
  }
};

TEST_F(Spans, AreKeptByNobodyUnlessSomebodyAsks) {
  EXPECT_FALSE(spans::are_on());
  EXPECT_TRUE(TraceContext::start().is_sampled()) << "whoever is called may keep them";
  EXPECT_FALSE(spans::wants(TraceContext::start(), true, milliseconds{60'000}));
  spans::keep(span("nobody's"));
  EXPECT_EQ(spans::waiting(), 0U);
}

TEST_F(Spans, ATraceIsChosenByItsIdAndSoByEveryProcessAlike) {
  spans::configure(spans::Settings{.ratio = 0.25});
  int chosen = 0;
  for (int i = 0; i < 10'000; ++i) {
    const TraceContext trace = TraceContext::start();
    EXPECT_EQ(trace.is_sampled(), spans::chooses(trace.trace_id));
    EXPECT_EQ(trace.child().is_sampled(), trace.is_sampled());
    chosen += trace.is_sampled() ? 1 : 0;
  }
  EXPECT_GT(chosen, 2'200);
  EXPECT_LT(chosen, 2'800);
  spans::configure(spans::Settings{.ratio = 0});
  EXPECT_FALSE(TraceContext::start().is_sampled());
  spans::configure(spans::Settings{.ratio = 1});
  EXPECT_TRUE(TraceContext::start().is_sampled());
}

TEST_F(Spans, WhatFailedOrWasSlowIsWantedThoughItsTraceWasNotChosen) {
  spans::configure(spans::Settings{.ratio = 0, .slow = milliseconds{100}});
  const TraceContext trace = TraceContext::start();
  EXPECT_FALSE(spans::wants(trace, false, milliseconds{99}));
  EXPECT_TRUE(spans::wants(trace, true, milliseconds{1}));
  EXPECT_TRUE(spans::wants(trace, false, milliseconds{100}));
  const auto asked = TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_TRUE(spans::wants(*asked, false, milliseconds{0})) << "the caller has chosen";
}

TEST_F(Spans, TheBufferIsBoundedAndGivesTheOldestFirst) {
  spans::configure(spans::Settings{.buffered_max = 3});
  for (const char* name : {"a", "b", "c", "d", "e"}) spans::keep(span(name));
  EXPECT_EQ(spans::waiting(), 3U);
  EXPECT_EQ(spans::dropped(), 2U);
  const auto first = spans::take(2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].name, "a");
  EXPECT_EQ(first[1].name, "b");
  EXPECT_EQ(spans::take(10).size(), 1U);
  EXPECT_TRUE(spans::take(10).empty());
}

TEST_F(Spans, AreWrittenAsOtlpHasThem) {
  spans::Span one = span("GET \"orders\"\n");
  one.has_failed = true;
  one.attributes = {{"http.request.method", std::string("GET")}, {"http.response.status_code", 503}};
  spans::Span root = span("root");
  root.context = TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").value();
  const spans::Span both[] = {one, root};
  const auto document = core::parse_json_object(
      otlp_request({.service = "orders-service", .instance = "orders-1", .version = "1.2"}, both,
                   nanoseconds{1'000'000'000'000'000'000}));
  ASSERT_TRUE(document) << document.error().detail;

  const json::value& of_role = document->at("resourceSpans").at(0);
  EXPECT_EQ(of_role.at("resource").at("attributes").at(0),
            json::parse(R"({"key":"service.name","value":{"stringValue":"orders-service"}})"));
  const json::array& written = of_role.at("scopeSpans").at(0).at("spans").as_array();
  ASSERT_EQ(written.size(), 2U);
  const json::object& first = written[0].as_object();
  EXPECT_EQ(first.at("traceId"), json::value(one.context.trace_id_hex()));
  EXPECT_EQ(first.at("spanId"), json::value(one.context.span_id_hex()));
  EXPECT_EQ(first.at("parentSpanId"), json::value(one.context.parent_id_hex()));
  EXPECT_EQ(first.at("name"), "GET \"orders\"\n");
  EXPECT_EQ(first.at("kind"), 3);
  EXPECT_EQ(first.at("startTimeUnixNano"), "1000000000000000500");
  EXPECT_EQ(first.at("endTimeUnixNano"), "1000000000000000750");
  EXPECT_EQ(first.at("status").at("code"), 2);
  EXPECT_EQ(first.at("attributes").at(1),
            json::parse(R"({"key":"http.response.status_code","value":{"intValue":"503"}})"));
  EXPECT_FALSE(written[1].as_object().contains("parentSpanId"));
  EXPECT_FALSE(written[1].as_object().contains("status"));
}

}  // namespace
}  // namespace gatehouse::telemetry
