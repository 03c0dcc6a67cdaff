#include "telemetry/trace.hpp"

#include <set>

#include <gtest/gtest.h>

#include "telemetry/random.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr auto kValid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Trace, AHeaderRoundTrips) {
  const auto trace = TraceContext::parse(kValid);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->to_header(), kValid);
  EXPECT_EQ(trace->trace_id_hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace->span_id_hex(), "b7ad6b7169203331");
}

TEST(Trace, WhatTheStandardForbidsIsRefused) {
  for (const auto* header : {
           "",
           "00",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
       }) {
    EXPECT_FALSE(TraceContext::parse(header)) << header;
  }
}

TEST(Trace, ALaterVersionIsReadAsFarAsWeKnow) {
  const auto trace =
      TraceContext::parse("42-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff-what-the-future");
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->to_header(), kValid);
}

TEST(Trace, AChildKeepsTheTraceAndItsSampling) {
  const auto parent = TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00").value();
  const TraceContext child = parent.child();
  EXPECT_EQ(child.trace_id, parent.trace_id);
  EXPECT_NE(child.span_id, parent.span_id);
  EXPECT_EQ(child.flags, 0);
}

TEST(Trace, StartedTracesDifferAndParse) {
  std::set<std::string> headers;
  for (int i = 0; i < 1000; ++i) {
    const std::string header = TraceContext::start().to_header();
    EXPECT_EQ(TraceContext::parse(header)->to_header(), header);
    headers.insert(header);
  }
  EXPECT_EQ(headers.size(), 1000U);
}

TEST(Random, IsUniformEnoughForJitter) {
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = fast_random01();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.01);
}

}  // namespace
}  // namespace gatehouse::telemetry
