// Spans of coroutines. Whatever a task awaits works for the span that the task is in: an adapter far below
// need not be told which request it serves.
//
//   const runtime::Span span(co_await runtime::this_task, kRead);
//
// The connection puts a task into the span of the request that it reads. Work that belongs to no request is
// in none, and a span there is none, unless it is given whose child it shall be.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "telemetry/spans.hpp"

namespace gatehouse::runtime {

// Puts the task into a span that somebody else keeps, while this lives.
class InSpan {
 public:
  InSpan(detail::Task* task, const TraceContext& trace) : task_(task), before_(task->trace) {
    task->trace = &trace;
  }
  ~InSpan() { task_->trace = before_; }
  InSpan(const InSpan&) = delete;

 private:
  detail::Task* task_;
  const TraceContext* before_;
};

// Begins with its construction, ends with its destruction. Costs two looks at the clock; what was not chosen,
// did not fail and was not slow is never built.
class Span {
 public:
  // Literals, or what outlives the span.
  struct What {
    std::string_view name;
    telemetry::spans::Kind kind = telemetry::spans::Kind::internal;
    std::string_view key = {};  // an attribute that says more; empty: none
    std::string_view value = {};
  };

  Span(detail::Task* task, What what) : Span(task, what, task->trace) {}
  // Below a span that is kept somewhere else: of the request that placed an order, say.
  Span(detail::Task* task, What what, const std::optional<TraceContext>& above)
      : Span(task, what, above ? &*above : task->trace) {}
  ~Span();
  Span(const Span&) = delete;

  // What a peer is sent. If there is no span above, a trace of its own.
  [[nodiscard]] const TraceContext& context() const { return context_; }
  // Only what somebody should look at makes a span fail: that something is not there is an answer.
  void note(const Error& error);
  // Hands a result on.
  template <class T>
  T end(T result) {
    if (!result) note(result.error());
    return result;
  }

 private:
  Span(detail::Task* task, const What& what, const TraceContext* above);

  detail::Task* task_;
  const TraceContext* before_;
  What what_;
  TraceContext context_;
  core::SteadyTime began_{};  // epoch: nobody keeps it
  std::string_view failure_;  // empty: none
};

}  // namespace gatehouse::runtime
