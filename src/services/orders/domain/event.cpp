// Events of an order: see event.hpp.
#include "services/orders/domain/event.hpp"

#include "core/ids.hpp"

namespace gatehouse::orders {

std::string_view type_of(const OrderEvent& event) {
  switch (event.status) {
    case OrderStatus::pending:
      return "order.placed";
    case OrderStatus::confirmed:
      return "order.confirmed";
    case OrderStatus::cancelling:
      return "order.cancelling";
    case OrderStatus::cancelled:
      return "order.cancelled";
  }
  return "order.unknown";
}

OrderEvent event_of(const Order& order, std::string traceparent, core::SystemTime now) {
  OrderEvent event{.id = core::prefixed_id("evt", now),
                   .order_id = order.id,
                   .order_version = order.version,
                   .status = order.status,
                   .traceparent = std::move(traceparent),
                   .occurred_at = now};
  for (const OrderLine& line : order.lines) event.skus.push_back(line.sku);
  return event;
}

}  // namespace gatehouse::orders
