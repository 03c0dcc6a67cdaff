// The routes of the orders service: from a call to a use case and back, nothing else.
#pragma once

#include "service/page_cursor.hpp"
#include "service/router.hpp"
#include "services/orders/http/order_events.hpp"
#include "services/orders/usecases/browse_products.hpp"
#include "services/orders/usecases/cancel_order.hpp"
#include "services/orders/usecases/get_order.hpp"
#include "services/orders/usecases/list_orders.hpp"
#include "services/orders/usecases/place_order.hpp"
#include "services/orders/usecases/watch_orders.hpp"

namespace gatehouse::orders {

struct ApiLimits {
  std::size_t body_bytes_max = 16 * 1024;
  std::size_t page_default = 20;
  std::size_t page_max = 100;
  StreamLimits stream = {};
};

class OrdersApi {
 public:
  // What the routes need; all of it outlives the router.
  struct UseCases {
    const PlaceOrder& place;
    const GetOrder& get;
    const ListOrders& list;
    const CancelOrder& cancel;
    const BrowseProducts& products;
    WatchOrders& watch;
  };

  OrdersApi(UseCases use_cases, service::PageCursor cursor, const core::Clock& clock, ApiLimits limits = {});
  void add_routes(service::Router& router) const;

 private:
  using Answered = Awaitable<Result<http::Response>>;
  [[nodiscard]] Answered place(service::Call& call) const;
  [[nodiscard]] Answered get(service::Call& call) const;
  [[nodiscard]] Answered events(service::Call& call) const;
  [[nodiscard]] Answered list(service::Call& call) const;
  [[nodiscard]] Answered cancel(service::Call& call) const;
  [[nodiscard]] Answered products(service::Call& call) const;
  [[nodiscard]] Answered product(service::Call& call) const;

  UseCases use_cases_;
  service::PageCursor cursor_;
  const core::Clock& clock_;
  ApiLimits limits_;
};

}  // namespace gatehouse::orders
