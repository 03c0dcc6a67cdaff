// Spans of coroutines: what is below what, and what is kept.
#include "runtime/span.hpp"

#include <gtest/gtest.h>

#include "runtime/timer.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::runtime {
namespace {

using std::chrono::milliseconds;

class SpanTest : public testing::Test {
 protected:
  SpanTest() { spans::configure(spans::Settings{.ratio = 1}); }
  ~SpanTest() override { spans::configure(std::nullopt); }

  static Awaitable<Result<int>> read(Result<int> answer) {
    Span span(co_await this_task, {"read", spans::Kind::client, "db.system.name", "sqlite"});
    (void)co_await sleep_for(milliseconds{1});
    co_return span.end(std::move(answer));
  }
  static Awaitable<> step(TraceContext request) {
    const InSpan inside(co_await this_task, request);
    {
      const Span step(co_await this_task, {"step"});
      (void)co_await read(1);
    }
    (void)co_await read(fail(ErrorKind::timeout, "too_slow"));
  }
};

TEST_F(SpanTest, WhatIsAwaitedIsBelowTheSpanThatTheTaskIsIn) {
  const TraceContext request = TraceContext::start();
  run_to_end(step(request));

  const auto kept = spans::take(10);
  ASSERT_EQ(kept.size(), 3U);
  const auto& [first_read, step, second_read] = std::tie(kept[0], kept[1], kept[2]);
  EXPECT_EQ(step.name, "step");
  EXPECT_EQ(step.context.parent_id, request.span_id);
  EXPECT_EQ(first_read.context.parent_id, step.context.span_id);
  EXPECT_EQ(second_read.context.parent_id, request.span_id) << "the step is over";
  for (const auto& span : kept) EXPECT_EQ(span.context.trace_id, request.trace_id);
  EXPECT_GE(first_read.took, milliseconds{1});
  EXPECT_GE(first_read.began, step.began);
  EXPECT_FALSE(first_read.has_failed);
  EXPECT_TRUE(second_read.has_failed);
  ASSERT_EQ(second_read.attributes.size(), 2U);
  EXPECT_EQ(std::get<std::string>(second_read.attributes[1].value), "too_slow");
}

TEST_F(SpanTest, WorkForNobodyIsNoSpan) {
  (void)run_to_end(read(1));
  EXPECT_EQ(spans::waiting(), 0U);
}

TEST_F(SpanTest, ThatSomethingIsNotThereIsNoFailure) {
  auto look = []() -> Awaitable<> {
    const TraceContext request = TraceContext::start();
    const InSpan inside(co_await this_task, request);
    (void)co_await read(refuse(ErrorKind::not_found, "no_such_order"));
  };
  run_to_end(look());
  const auto kept = spans::take(10);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_FALSE(kept[0].has_failed);
}

TEST_F(SpanTest, MayBeBelowASpanOfAnotherProcess) {
  const auto placed_in = TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  auto step = [](std::optional<TraceContext> above) -> Awaitable<TraceContext> {
    const Span span(co_await this_task, {"saga"}, above);
    (void)co_await read(1);
    co_return span.context();
  };
  const TraceContext sent = run_to_end(step(placed_in));
  EXPECT_EQ(sent.trace_id, placed_in->trace_id);
  const auto kept = spans::take(10);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[1].context, sent);
  EXPECT_EQ(kept[1].context.parent_id, placed_in->span_id);
  EXPECT_EQ(kept[0].context.parent_id, sent.span_id);

  EXPECT_NE(run_to_end(step(std::nullopt)).trace_id, placed_in->trace_id) << "a peer is sent some trace";
  EXPECT_EQ(spans::waiting(), 0U);
}

}  // namespace
}  // namespace gatehouse::runtime
