#include "services/payments/usecases/recovery_worker.hpp"

#include <algorithm>

#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::payments {

RecoveryWorker::RecoveryWorker(const Surroundings& around, EventSink& sink, runtime::TaskGroup& tasks,
                               RecoveryLimits limits)
    : around_(around), resolve_(around), publish_(around, sink), tasks_(tasks), limits_(limits) {}

Awaitable<> RecoveryWorker::run() {
  tasks_.spawn("payment-leftovers", take_up_leftovers());
  for (;;) {
    auto looked = co_await look();
    // Once when it begins: a store that is away for an hour is not news every half second.
    if (!looked && could_look_) {
      log::warn("payment-recovery", "could not look for payments, will be tried again",
                {log::field(looked.error())});
    }
    if (looked && !could_look_) log::info("payment-recovery", "looks for payments again");
    could_look_ = looked.has_value();
    auto slept = co_await runtime::sleep_for(limits_.pause);
    if (!slept) co_return;
  }
}

Awaitable<> RecoveryWorker::take_up_leftovers() {
  const auto claimed_until = around_.clock.now() + around_.longest_claim();
  auto open = co_await around_.store.due(claimed_until, limits_.leftovers_max);
  if (!open) {
    log::warn("payment-leftovers", "will be found when their claims end", {log::field(open.error())});
    co_return;
  }
  for (Payment& payment : *open) {
    const bool is_ours = std::ranges::any_of(payment.state().attempts, [this](const Attempt& attempt) {
      return attempt.is_open() && is_former_life(attempt.claim.owner, around_.instance);
    });
    if (is_ours && under_way_.insert(payment.state().id).second) co_await attend(std::move(payment));
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
