// Use case: brings one saga as far as it goes now: call, judge, save, until it is finished or has to wait.
//
// It may die at any point. What it has not saved is done again by whoever claims the saga next, with the same
// idempotency key, so that a payment is made once however often it is asked for.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/clock.hpp"
#include "resilience/retry.hpp"
#include "runtime/alarm.hpp"
#include "services/orders/ports/payments.hpp"
#include "services/orders/ports/saga_store.hpp"
#include "services/orders/usecases/measures.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::orders {

struct RunSagaLimits {
  std::chrono::milliseconds call_timeout{5'000};
  std::chrono::milliseconds lease{15'000};  // longer than a call and its save
  int steps_max = 8;                        // in one run
  resilience::RetryPolicy waits{.base = std::chrono::milliseconds{200},
                                .cap = std::chrono::milliseconds{5'000}};
};

class RunSaga {
 public:
  RunSaga(SagaStore& store, Payments& payments, const core::Clock& clock, Measures& measures, Alarm& on_event,
          RunSagaLimits limits = {});

  [[nodiscard]] Awaitable<> run(SagaRun run) const;
  [[nodiscard]] const RunSagaLimits& limits() const { return limits_; }

 private:
  // One call and what it changes. False: there is nothing more to do now.
  [[nodiscard]] Awaitable<bool> take_step(SagaRun& run) const;
  [[nodiscard]] Awaitable<Outcome> call(const SagaRun& run, const TraceContext& trace) const;
  [[nodiscard]] Awaitable<Result<SavedStep>> save(const SagaRun& run, Outcome outcome) const;
  void report(const SagaRun& before, const SavedStep& saved) const;

  SagaStore& store_;
  Payments& payments_;
  const core::Clock& clock_;
  Measures& measures_;
  Alarm& on_event_;
  RunSagaLimits limits_;
};

}  // namespace gatehouse::orders
