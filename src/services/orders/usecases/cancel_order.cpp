// Cancels an order: see cancel_order.hpp.
#include "services/orders/usecases/cancel_order.hpp"

namespace gatehouse::orders {

Awaitable<Result<Order>> CancelOrder::run(identity::Access access, std::string id,
                                          std::int64_t expected_version, Deadline deadline) const {
  const core::SystemTime now = clock_.now();
  OrderChange change = [now](Order& order, Saga& saga) -> Result<void> {
    const Result<void> requested = request_cancel(order, now);
    if (requested) reopen(saga, order, now);
    return requested;
  };
  Result<Order> order = co_await store_.update(std::move(id), access.owner(), expected_version, now,
                                               std::move(change), deadline);
  if (!order) co_return order;
  on_event_.ring();
  worker_.wake();
  co_return order;
}

}  // namespace gatehouse::orders
