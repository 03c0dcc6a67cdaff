// Port: the sagas that are not finished, shared by all processes that have the database.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/orders/ports/order_store.hpp"

namespace gatehouse::orders {

// What a step has come to.
struct Step {
  Progress progress;
  // The holder goes on until then; nothing: the saga is free again and waits for Saga::next_run_at.
  std::optional<core::SystemTime> lease_until;
};
using StepChange = std::function<Result<Step>(Order&, Saga&)>;

struct SavedStep {
  Order order;
  Saga saga;
  Progress progress;
};

struct Backlog {
  std::int64_t unfinished = 0;
  std::int64_t stuck = 0;  // unfinished, and their orders unchanged since the time that was asked for
};

class SagaStore {
 public:
  virtual ~SagaStore() = default;

  // Sagas that are due and free, the longest waiting first, now held by `lease`. They are handed out as they
  // were; in the store they count as sent from now on.
  [[nodiscard]] virtual Awaitable<Result<std::vector<SagaRun>>> claim(Lease lease, std::size_t limit,
                                                                      core::SystemTime now) = 0;

  // One transaction: the step, the order, its stock, an event if the order changed. `conflict`/"lease_lost"
  // if another holder has taken over.
  [[nodiscard]] virtual Awaitable<Result<SavedStep>> save(std::string order_id, std::string holder,
                                                          core::SystemTime now, StepChange change) = 0;

  // Frees what an earlier process of this instance held when it died.
  [[nodiscard]] virtual Awaitable<Result<void>> release(std::string instance) = 0;

  [[nodiscard]] virtual Awaitable<Result<Backlog>> backlog(core::SystemTime stuck_if_before) = 0;
};

}  // namespace gatehouse::orders
