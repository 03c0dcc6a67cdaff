// Use case: a customer cancels an order. This only marks it: the saga's worker turns back and gives the money
// back, so that a cancel and a capture never race.
#pragma once

#include "core/clock.hpp"
#include "identity/access.hpp"
#include "services/orders/ports/order_store.hpp"
#include "services/orders/usecases/saga_worker.hpp"

namespace gatehouse::orders {

class CancelOrder {
 public:
  CancelOrder(OrderStore& store, SagaWorker& worker, Alarm& on_event, const core::Clock& clock)
      : store_(store), worker_(worker), on_event_(on_event), clock_(clock) {}

  // `expected_version` is what the customer saw. `precondition_failed`/"version_mismatch", `conflict`/
  // "already_cancelled", `not_found`.
  [[nodiscard]] Awaitable<Result<Order>> run(identity::Access access, std::string id,
                                             std::int64_t expected_version,
                                             Deadline deadline = Deadline::never()) const;

 private:
  OrderStore& store_;
  SagaWorker& worker_;
  Alarm& on_event_;
  const core::Clock& clock_;
};

}  // namespace gatehouse::orders
