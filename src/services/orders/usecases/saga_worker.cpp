// The saga worker of one process: see saga_worker.hpp.
#include "services/orders/usecases/saga_worker.hpp"

#include "core/ids.hpp"
#include "services/orders/usecases/complaint.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {

SagaWorker::SagaWorker(SagaStore& store, const RunSaga& runner, const core::Clock& clock,
                       runtime::Executor executor, std::string instance, SagaWorkerLimits limits)
    : store_(store),
      runner_(runner),
      clock_(clock),
      instance_(std::move(instance)),
      limits_(limits),
      alarm_(executor),
      runs_(executor) {}

std::optional<SagaWorker::Slot> SagaWorker::take_slot() {
  if (is_stopping_ || *in_use_ >= limits_.runs_max) return std::nullopt;
  return Slot(in_use_);
}

Lease SagaWorker::new_lease() const {
  return {instance_ + "/" + core::random_token(12), clock_.now() + runner_.limits().lease};
}

void SagaWorker::launch(Slot slot, SagaRun run) {
  runs_.spawn("saga", run_one(std::move(slot), std::move(run)));
}

Awaitable<> SagaWorker::run_one(Slot slot, SagaRun run) {
  {
    const Slot held = std::move(slot);
    co_await runner_.run(std::move(run));
  }
  // Whoever waited in the store for room gets it now.
  if (*in_use_ + 1 == limits_.runs_max) alarm_.ring();
}

Awaitable<Result<std::size_t>> SagaWorker::claim_due() {
  std::vector<Slot> slots;
  while (auto slot = take_slot()) slots.push_back(std::move(*slot));
  if (slots.empty()) co_return std::size_t{0};
  Result<std::vector<SagaRun>> due = co_await store_.claim(new_lease(), slots.size(), clock_.now());
  if (!due) co_return fail(due);
  for (SagaRun& run : *due) {
    launch(std::move(slots.back()), std::move(run));
    slots.pop_back();
  }
  co_return due->size();
}

Awaitable<> SagaWorker::run() {
  Complaint claiming("saga-claim");
  for (bool is_free = false;;) {
    // What an earlier process of this instance held, as soon as the store answers.
    Result<void> freed;
    if (!is_free) freed = co_await store_.release(instance_);
    is_free = freed.has_value();
    const Result<std::size_t> claimed = is_free ? co_await claim_due() : Result<std::size_t>(fail(freed));
    claiming.note(claimed);
    const Result<void> woken = co_await alarm_.wait(limits_.poll);
    if (!woken) co_return;
  }
}

Awaitable<> SagaWorker::stop(Deadline deadline) {
  is_stopping_ = true;
  const bool have_ended = co_await runs_.join(deadline);
  if (have_ended) co_return;
  const bool were_cancelled = co_await runs_.stop(Deadline::after(std::chrono::milliseconds{500}));
  if (!were_cancelled) log::warn("saga-stop", "sagas were left to their leases");
}

}  // namespace gatehouse::orders
