// Use case: list orders, the newest first, page by page.
#pragma once

#include "identity/access.hpp"
#include "services/orders/ports/order_store.hpp"

namespace gatehouse::orders {

struct ListOrdersCommand {
  std::optional<OrderStatus> status;
  std::optional<PagePosition> after;
  std::size_t limit = 20;
  Deadline deadline = Deadline::never();
};

class ListOrders {
 public:
  explicit ListOrders(OrderStore& store) : store_(store) {}
  [[nodiscard]] Awaitable<Result<OrderPage>> run(identity::Access access, ListOrdersCommand command) const;

 private:
  OrderStore& store_;
};

}  // namespace gatehouse::orders
