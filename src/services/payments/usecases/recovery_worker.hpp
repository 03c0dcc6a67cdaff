// Looks after payments that need attention, for as long as the role runs: resolves open attempts, publishes
// events, and keeps the gauge of unknown payments. Several instances do so side by side; claims keep them
// apart.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "runtime/task_group.hpp"
#include "services/payments/usecases/publish_events.hpp"
#include "services/payments/usecases/resolve_unknown.hpp"

namespace gatehouse::payments {

struct RecoveryLimits {
  std::chrono::milliseconds pause{500};  // between two looks
  std::size_t at_once_max = 16;          // payments
  std::size_t leftovers_max = 1000;      // looked at when the role starts
};

class RecoveryWorker {
 public:
  RecoveryWorker(const Surroundings& around, EventSink& sink, runtime::TaskGroup& tasks,
                 RecoveryLimits limits = {});

  // Until the task group stops.
  [[nodiscard]] Awaitable<> run();
  // What a former life of this instance worked on when it was killed, without waiting for its claims to end.
  [[nodiscard]] Awaitable<> take_up_leftovers();
  // One look: starts what is due and not under way. How much was started.
  [[nodiscard]] Awaitable<Result<std::size_t>> look();

 private:
  [[nodiscard]] Awaitable<> attend(Payment payment);

  const Surroundings& around_;
  ResolveUnknown resolve_;
  PublishEvents publish_;
  runtime::TaskGroup& tasks_;
  RecoveryLimits limits_;
  std::set<std::string, std::less<>> under_way_;
  bool could_look_ = true;
};

}  // namespace gatehouse::payments
