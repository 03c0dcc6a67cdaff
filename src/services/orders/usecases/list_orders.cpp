// Lists orders: see list_orders.hpp.
#include "services/orders/usecases/list_orders.hpp"

namespace gatehouse::orders {

Awaitable<Result<OrderPage>> ListOrders::run(identity::Access access, ListOrdersCommand command) const {
  PageQuery query{access.owner(), command.status, std::move(command.after), command.limit, command.deadline};
  co_return co_await store_.list(std::move(query));
}

}  // namespace gatehouse::orders
