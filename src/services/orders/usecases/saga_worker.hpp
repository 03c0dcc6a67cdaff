// Keeps sagas going in this process: those of orders that were just placed at once, all others when they are
// due. Several processes do this on one database; a lease keeps them from doing the same work.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "runtime/task_group.hpp"
#include "services/orders/usecases/run_saga.hpp"

namespace gatehouse::orders {

struct SagaWorkerLimits {
  std::size_t runs_max = 64;            // at a time
  std::chrono::milliseconds poll{500};  // for what no ring announces
};

class SagaWorker {
 public:
  // Room for one run; free again when it goes.
  class Slot {
   public:
    explicit Slot(std::shared_ptr<std::size_t> in_use) : in_use_(std::move(in_use)) { ++*in_use_; }
    Slot(Slot&&) noexcept = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (in_use_) --*in_use_;
    }

   private:
    std::shared_ptr<std::size_t> in_use_;
  };

  SagaWorker(SagaStore& store, const RunSaga& runner, const core::Clock& clock, runtime::Executor executor,
             std::string instance, SagaWorkerLimits limits = {});

  // Nothing when all are taken: the saga then waits in the store, where any process may find it.
  [[nodiscard]] std::optional<Slot> take_slot();
  [[nodiscard]] Lease new_lease() const;
  void launch(Slot slot, SagaRun run);
  // Something is due.
  void wake() { alarm_.ring(); }

  // Claims and launches as much as there is room for; how many.
  [[nodiscard]] Awaitable<Result<std::size_t>> claim_due();
  // The loop: until its task group stops.
  [[nodiscard]] Awaitable<> run();
  // Lets the runs end, then cancels them.
  [[nodiscard]] Awaitable<> stop(Deadline deadline);
  // Waits for the runs without stopping anything.
  [[nodiscard]] Awaitable<bool> settle(Deadline deadline) { return runs_.join(deadline); }

 private:
  [[nodiscard]] Awaitable<> run_one(Slot slot, SagaRun run);

  SagaStore& store_;
  const RunSaga& runner_;
  const core::Clock& clock_;
  std::string instance_;
  SagaWorkerLimits limits_;
  std::shared_ptr<std::size_t> in_use_ = std::make_shared<std::size_t>(0);
  Alarm alarm_;
  bool is_stopping_ = false;
  runtime::TaskGroup runs_;
};

}  // namespace gatehouse::orders
