// What happened to an order, told to whoever subscribed, at least once. Written in the transaction in which
// it happened; of one order, a larger version is later.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "services/orders/domain/order.hpp"

namespace gatehouse::orders {

struct OrderEvent {
  std::string id;  // of the event: a consumer that saw it before drops it
  std::string order_id;
  std::int64_t order_version = 0;
  OrderStatus status = OrderStatus::pending;
  std::vector<std::string> skus;  // whose stock moved or may have
  std::string traceparent;
  core::SystemTime occurred_at;

  friend bool operator==(const OrderEvent&, const OrderEvent&) = default;
};

// "order.placed", "order.confirmed", "order.cancelling", "order.cancelled".
[[nodiscard]] std::string_view type_of(const OrderEvent& event);
[[nodiscard]] OrderEvent event_of(const Order& order, std::string traceparent, core::SystemTime now);

}  // namespace gatehouse::orders
