// Reads one order: see get_order.hpp.
#include "services/orders/usecases/get_order.hpp"

namespace gatehouse::orders {

Awaitable<Result<Order>> GetOrder::run(identity::Access access, std::string id, Deadline deadline) const {
  co_return co_await store_.get(std::move(id), access.owner(), deadline);
}

}  // namespace gatehouse::orders
