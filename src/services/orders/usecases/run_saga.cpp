// Runs one saga: see run_saga.hpp.
#include "services/orders/usecases/run_saga.hpp"

#include <fmt/format.h>

#include "runtime/span.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::orders {
namespace {

PaymentRequest payment_request(const SagaRun& run, const TraceContext& trace, Deadline deadline) {
  return {.order_id = run.order.id,
          .amount = run.order.total,
          .payment_method = run.order.payment_method,
          .payment_id = run.saga.payment_id,
          .idempotency_key = idempotency_key(run.order.id, run.saga.step, run.saga.round),
          .traceparent = trace.to_header(),
          .deadline = deadline};
}

Awaitable<PaymentReply> ask(Payments& payments, CallKind call, PaymentRequest request) {
  switch (call) {
    case CallKind::authorize:
      return payments.authorize(std::move(request));
    case CallKind::capture:
      return payments.capture(std::move(request));
    case CallKind::cancel:
      return payments.cancel(std::move(request));
    case CallKind::refund:
      return payments.refund(std::move(request));
    case CallKind::none:
    case CallKind::find:
      break;
  }
  return payments.find(std::move(request));
}

}  // namespace

RunSaga::RunSaga(SagaStore& store, Payments& payments, const core::Clock& clock, Measures& measures,
                 Alarm& on_event, RunSagaLimits limits)
    : store_(store),
      payments_(payments),
      clock_(clock),
      measures_(measures),
      on_event_(on_event),
      limits_(limits) {}

Awaitable<> RunSaga::run(SagaRun run) const {
  for (int step = 0; step < limits_.steps_max; ++step) {
    const bool goes_on = co_await take_step(run);
    if (!goes_on) co_return;
  }
}

Awaitable<bool> RunSaga::take_step(SagaRun& run) const {
  const std::string name = fmt::format("saga {}", name_of(run.saga.step));
  const std::string order_id = run.order.id;
  runtime::Span span(co_await runtime::this_task,
                     {name, spans::Kind::internal, "gatehouse.order.id", order_id},
                     TraceContext::parse(run.saga.traceparent));
  const Outcome outcome = co_await call(run, span.context());
  Result<SavedStep> saved = span.end(co_await save(run, outcome));
  if (!saved) {
    // Nothing is lost: when the lease ends, someone makes the same call again.
    log::warn("saga-save", "a step could not be saved and will be repeated",
              {log::field("order.id", order_id), log::field(saved.error())});
    co_return false;
  }
  report(run, *saved);
  const bool is_over = saved->saga.step == SagaStep::finished;
  const bool goes_on = !is_over && saved->progress.pace != Pace::back_off;
  run.order = std::move(saved->order);
  run.saga = std::move(saved->saga);
  co_return goes_on;
}

Awaitable<Outcome> RunSaga::call(const SagaRun& run, const TraceContext& trace) const {
  const CallKind kind = next_call(run.saga, run.order);
  if (kind == CallKind::none) co_return Outcome{OutcomeKind::not_done, {}, {}};
  const core::SteadyTime started = clock_.steady_now();
  PaymentRequest request = payment_request(run, trace, Deadline::after(limits_.call_timeout));
  const PaymentReply reply = co_await ask(payments_, kind, std::move(request));
  Outcome outcome = outcome_of(run.saga.step, reply, run.order.total);
  measures_.step_took(run.saga.step, outcome.kind, clock_.steady_now() - started);
  co_return outcome;
}

Awaitable<Result<SavedStep>> RunSaga::save(const SagaRun& run, Outcome outcome) const {
  const core::SystemTime now = clock_.now();
  const bool was_sent = run.saga.is_sent || outcome.kind != OutcomeKind::unavailable;
  StepChange change = [outcome = std::move(outcome), now, was_sent, limits = limits_,
                       random = telemetry::fast_random01()](Order& order, Saga& saga) -> Result<Step> {
    saga.is_sent = was_sent;
    const Result<Progress> progress = advance(order, saga, outcome, now);
    if (!progress) return fail(progress);
    const bool goes_on = saga.step != SagaStep::finished && progress->pace == Pace::at_once;
    if (goes_on) return Step{*progress, now + limits.lease};
    saga.next_run_at = now + limits.waits.delay(static_cast<int>(saga.attempt), random);
    return Step{*progress, std::nullopt};
  };
  co_return co_await store_.save(run.order.id, run.lease.holder, now, std::move(change));
}

void RunSaga::report(const SagaRun& before, const SavedStep& saved) const {
  if (!saved.progress.is_order_changed) return;
  on_event_.ring();
  measures_.ended(saved.order);
  const auto trace = TraceContext::parse(before.saga.traceparent);
  log::info("order-changed", "an order has a new status",
            {log::field("order.id", saved.order.id), log::field("order.status", name_of(saved.order.status)),
             log::field("order.failure", saved.order.failure.value_or("")),
             log::field(trace.value_or(TraceContext{}))});
}

}  // namespace gatehouse::orders
