// Use case: read one order. What is not the reader's is not there.
#pragma once

#include "identity/access.hpp"
#include "services/orders/ports/order_store.hpp"

namespace gatehouse::orders {

class GetOrder {
 public:
  explicit GetOrder(OrderStore& store) : store_(store) {}
  [[nodiscard]] Awaitable<Result<Order>> run(identity::Access access, std::string id,
                                             Deadline deadline = Deadline::never()) const;

 private:
  OrderStore& store_;
};

}  // namespace gatehouse::orders
