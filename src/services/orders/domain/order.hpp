// An order and what may become of it. Value types and rules only: time is passed in, nothing is stored here.
//
//   pending ──▶ confirmed
//      │  ╲         │ cancel (refund)
//      │   ╲ cancel ▼
//      │    ╲──▶ cancelling ──▶ cancelled
//      ╰── declined ──────────────▲
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "services/orders/domain/product.hpp"

namespace gatehouse::orders {

enum class OrderStatus { pending, confirmed, cancelling, cancelled };

// Where the units of the order lie in the books of stock.
enum class Holding { reserved, sold, returned };

struct OrderLine {
  std::string sku;
  std::string name;  // as it was when the order was placed, like the price
  std::int64_t quantity = 0;
  Money unit_price;

  friend bool operator==(const OrderLine&, const OrderLine&) = default;
};

struct Order {
  std::string id;
  std::string owner;  // subject of the person who placed it
  OrderStatus status = OrderStatus::pending;
  std::vector<OrderLine> lines;
  Money total;
  std::string payment_method;             // the provider's token, never a card number
  std::optional<std::string> payment_id;  // shown once the order has left `pending`
  std::optional<std::string> failure;     // why it was not fulfilled; none if the customer cancelled it
  Holding holding = Holding::reserved;
  core::SystemTime created_at;
  core::SystemTime updated_at;
  std::int64_t version = 1;  // the ETag; grows with every change that a reader can see

  friend bool operator==(const Order&, const Order&) = default;
};

struct Wish {
  std::string sku;
  std::int64_t quantity = 0;
};

struct OrderLimits {
  std::size_t lines_max = 50;
  std::int64_t quantity_max = 1'000;
};

// The wishes of one order, sorted by SKU: every order takes stock in the same sequence, so that two of them
// never wait for each other. `unprocessable` for none, too many, doubled or malformed ones.
[[nodiscard]] Result<std::vector<Wish>> checked_wishes(std::vector<Wish> wishes, const OrderLimits& limits);

struct OrderDraft {
  std::string id;
  std::string owner;
  std::string payment_method;
  std::vector<Wish> wishes;  // as checked_wishes() gives them
};

// The order at today's prices. `unprocessable`/"unknown_sku", "currency_mismatch", "amount_overflow";
// `conflict`/"out_of_stock". The stock itself is moved by the store, in the transaction that keeps the order.
[[nodiscard]] Result<Order> draft_order(OrderDraft draft, const std::vector<Product>& products,
                                        core::SystemTime now);

[[nodiscard]] bool may_become(OrderStatus from, OrderStatus to);

// The order takes that status, and its version grows. `conflict`/"illegal_transition".
[[nodiscard]] Result<void> become(Order& order, OrderStatus status, core::SystemTime now);

// What the customer asks for. `conflict`/"already_cancelled" for an order that is on its way out or gone.
[[nodiscard]] Result<void> request_cancel(Order& order, core::SystemTime now);

// The stock move that ends the order in `status`, as its units lie now; Order::holding follows.
[[nodiscard]] StockMove settle_holding(Order& order, OrderStatus status);

[[nodiscard]] std::string_view name_of(OrderStatus);
[[nodiscard]] std::optional<OrderStatus> status_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Holding);
[[nodiscard]] std::optional<Holding> holding_of(std::string_view name);

}  // namespace gatehouse::orders
