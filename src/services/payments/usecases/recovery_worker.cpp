#include "services/payments/usecases/recovery_worker.hpp"

#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::payments {

RecoveryWorker::RecoveryWorker(const Surroundings& around, EventSink& sink, runtime::TaskGroup& tasks,
                               RecoveryLimits limits)
    : around_(around), resolve_(around), publish_(around, sink), tasks_(tasks), limits_(limits) {}

Awaitable<> RecoveryWorker::run() {
  for (;;) {
    auto looked = co_await look();
    if (!looked) log::warn("payment-recovery", "could not look for payments", {log::field(looked.error())});
    auto slept = co_await runtime::sleep_for(limits_.pause);
    if (!slept) co_return;
  }
}

Awaitable<Result<std::size_t>> RecoveryWorker::look() {
  auto unknown = co_await around_.store.count_unknown();
  if (!unknown) co_return fail(unknown);
  around_.measures.unknown(*unknown);
  // Those under way are due as well until they are claimed, so they must not crowd out the others.
  auto due = co_await around_.store.due(around_.clock.now(), limits_.at_once_max + under_way_.size());
  if (!due) co_return fail(due);
  std::size_t started = 0;
  for (Payment& payment : *due) {
    if (under_way_.size() >= limits_.at_once_max) break;
    if (!under_way_.insert(payment.state().id).second) continue;
    tasks_.spawn("payment-recovery", attend(std::move(payment)));
    ++started;
  }
  co_return started;
}

Awaitable<> RecoveryWorker::attend(Payment payment) {
  const std::string id = payment.state().id;
  auto published = co_await publish_.run(payment);
  if (!published)
    log::warn("payment-events", "events will be published later", {log::field(published.error())});
  auto resolved = co_await resolve_.run(std::move(payment));
  if (!resolved) log::warn("payment-recovery", "will be tried again", {log::field(resolved.error())});
  under_way_.erase(id);
}

}  // namespace gatehouse::payments
