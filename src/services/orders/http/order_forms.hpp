// Orders and products as clients send and see them. What is not named here (the owner, the payment method,
// the saga) does not leave the service.
#pragma once

#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"
#include "services/orders/domain/order.hpp"
#include "services/orders/ports/order_store.hpp"

namespace gatehouse::orders {

struct OrderForm {
  std::vector<Wish> wishes;
  std::string payment_method;
};

// {"items": [{"sku", "quantity"}], "payment_method"}. `invalid` with the path of what is wrong.
[[nodiscard]] Result<OrderForm> order_form(const json::object& body);

[[nodiscard]] json::object json_of(const Order& order);
[[nodiscard]] json::object json_of(const Product& product);

// The entity tag of an order: its version.
[[nodiscard]] std::string etag_of(const Order& order);
// The version that If-Match names: `precondition_required`/"if_match_required" if none,
// `precondition_failed`/"version_mismatch" for what no order ever had.
[[nodiscard]] Result<std::int64_t> version_in(std::string_view if_match);

// 201 with the order as it was placed.
[[nodiscard]] StoredReply placed_reply(const Order& order);

}  // namespace gatehouse::orders
