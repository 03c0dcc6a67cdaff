// The loop beside the requests: see housekeeping.hpp.
#include "services/orders/usecases/housekeeping.hpp"

#include "services/orders/usecases/complaint.hpp"

namespace gatehouse::orders {

Housekeeping::Housekeeping(Outbox& outbox, SagaStore& sagas, RelayOutbox& relay, Alarm& alarm,
                           const core::Clock& clock, Measures& measures, HousekeepingLimits limits)
    : outbox_(outbox),
      sagas_(sagas),
      relay_(relay),
      alarm_(alarm),
      clock_(clock),
      measures_(measures),
      limits_(limits) {}

Awaitable<> Housekeeping::run() {
  core::SteadyTime count_at = clock_.steady_now();
  core::SteadyTime purge_at = count_at + limits_.purge_every;
  Complaint telling("outbox-tell-everything");
  Complaint counting("saga-count");
  Complaint purging("outbox-purge");
  telling.note(co_await relay_.start());
  for (;;) {
    telling.note(co_await tell_everything());
    const core::SteadyTime now = clock_.steady_now();
    if (now >= count_at) {
      counting.note(co_await count());
      count_at = now + limits_.count_every;
    }
    if (now >= purge_at) {
      purging.note(co_await purge());
      purge_at = now + limits_.purge_every;
    }
    const Result<void> woken = co_await alarm_.wait(limits_.poll);
    if (!woken) co_return;
    const Result<void> gathered = co_await runtime::sleep_for(limits_.gather);
    if (!gathered) co_return;
  }
}

// Batch after batch, as long as they are full.
Awaitable<Result<void>> Housekeeping::tell_everything() {
  for (;;) {
    const Result<std::size_t> followed = co_await relay_.follow();
    if (!followed) co_return fail(followed);
    const Result<std::size_t> relayed = co_await relay_.relay();
    if (!relayed) co_return fail(relayed);
    if (std::max(*followed, *relayed) < relay_.batch_max()) co_return Result<void>{};
  }
}

Awaitable<Result<void>> Housekeeping::count() {
  const Result<Backlog> backlog = co_await sagas_.backlog(clock_.now() - limits_.stuck_after);
  if (!backlog) co_return fail(backlog);
  const Result<std::int64_t> pending = co_await outbox_.pending();
  if (!pending) co_return fail(pending);
  measures_.backlog(backlog->unfinished, backlog->stuck, *pending);
  co_return Result<void>{};
}

Awaitable<Result<void>> Housekeeping::purge() {
  const Result<std::int64_t> purged = co_await outbox_.purge(clock_.now() - limits_.kept, limits_.purge_max);
  if (!purged) co_return fail(purged);
  co_return Result<void>{};
}

}  // namespace gatehouse::orders
