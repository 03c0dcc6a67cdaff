// The rules of an order: see order.hpp.
#include "services/orders/domain/order.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace gatehouse::orders {
namespace {

constexpr std::array<std::string_view, 4> kStatusNames{"pending", "confirmed", "cancelling", "cancelled"};
constexpr std::array<std::string_view, 3> kHoldingNames{"reserved", "sold", "returned"};

Result<OrderLine> line_of(const Wish& wish, const std::vector<Product>& products) {
  const auto product = std::ranges::find(products, wish.sku, &Product::sku);
  if (product == products.end()) {
    return refuse(ErrorKind::unprocessable, "unknown_sku", fmt::format("there is no product {}", wish.sku));
  }
  if (product->stock.available < wish.quantity) {
    return refuse(ErrorKind::conflict, "out_of_stock",
                  fmt::format("only {} of {} are available", product->stock.available, wish.sku));
  }
  return OrderLine{product->sku, product->name, wish.quantity, product->price};
}

Result<Money> total_of(const std::vector<OrderLine>& lines) {
  Result<Money> total = multiply(lines.front().unit_price, lines.front().quantity);
  for (auto line = lines.begin() + 1; total && line != lines.end(); ++line) {
    const Result<Money> price = multiply(line->unit_price, line->quantity);
    total = price ? add(*total, *price) : price;
  }
  return total;
}

template <class Enum, std::size_t count>
std::optional<Enum> value_named(const std::array<std::string_view, count>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

Result<std::vector<Wish>> checked_wishes(std::vector<Wish> wishes, const OrderLimits& limits) {
  if (wishes.empty()) return refuse(ErrorKind::unprocessable, "no_items", "an order has at least one item");
  if (wishes.size() > limits.lines_max) {
    return refuse(ErrorKind::unprocessable, "too_many_items",
                  fmt::format("an order has at most {} items", limits.lines_max));
  }
  for (const Wish& wish : wishes) {
    if (!is_sku(wish.sku)) return refuse(ErrorKind::unprocessable, "unknown_sku", "a SKU is malformed");
    if (wish.quantity < 1 || wish.quantity > limits.quantity_max) {
      return refuse(ErrorKind::unprocessable, "bad_quantity",
                    fmt::format("the quantity of {} must be 1 to {}", wish.sku, limits.quantity_max));
    }
  }
  std::ranges::sort(wishes, {}, &Wish::sku);
  const auto doubled = std::ranges::adjacent_find(wishes, {}, &Wish::sku);
  if (doubled != wishes.end()) {
    return refuse(ErrorKind::unprocessable, "duplicate_sku", fmt::format("{} is listed twice", doubled->sku));
  }
  return wishes;
}

Result<Order> draft_order(OrderDraft draft, const std::vector<Product>& products, core::SystemTime now) {
  if (draft.wishes.empty()) return refuse(ErrorKind::unprocessable, "no_items");
  std::vector<OrderLine> lines;
  lines.reserve(draft.wishes.size());
  for (const Wish& wish : draft.wishes) {
    Result<OrderLine> line = line_of(wish, products);
    if (!line) return fail(line);
    lines.push_back(std::move(*line));
  }
  const Result<Money> total = total_of(lines);
  if (!total) return fail(total);
  return Order{.id = std::move(draft.id),
               .owner = std::move(draft.owner),
               .lines = std::move(lines),
               .total = *total,
               .payment_method = std::move(draft.payment_method),
               .created_at = now,
               .updated_at = now};
}

bool may_become(OrderStatus from, OrderStatus to) {
  switch (from) {
    case OrderStatus::pending:
      return to != OrderStatus::pending;
    case OrderStatus::confirmed:
      return to == OrderStatus::cancelling;
    case OrderStatus::cancelling:
      return to == OrderStatus::cancelled;
    case OrderStatus::cancelled:
      return false;
  }
  return false;
}

Result<void> become(Order& order, OrderStatus status, core::SystemTime now) {
  if (!may_become(order.status, status)) {
    return refuse(
        ErrorKind::conflict, "illegal_transition",
        fmt::format("an order that is {} cannot become {}", name_of(order.status), name_of(status)));
  }
  order.status = status;
  order.updated_at = now;
  ++order.version;
  return {};
}

Result<void> request_cancel(Order& order, core::SystemTime now) {
  if (!may_become(order.status, OrderStatus::cancelling)) {
    return refuse(ErrorKind::conflict, "already_cancelled",
                  fmt::format("the order is {} already", name_of(order.status)));
  }
  return become(order, OrderStatus::cancelling, now);
}

StockMove settle_holding(Order& order, OrderStatus status) {
  const Holding before = order.holding;
  if (status == OrderStatus::confirmed && before == Holding::reserved) {
    order.holding = Holding::sold;
    return StockMove::sell;
  }
  if (status == OrderStatus::cancelled && before != Holding::returned) {
    order.holding = Holding::returned;
    return before == Holding::sold ? StockMove::restock : StockMove::release;
  }
  return StockMove::none;
}

std::string_view name_of(OrderStatus status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}
std::optional<OrderStatus> status_of(std::string_view name) {
  return value_named<OrderStatus>(kStatusNames, name);
}
std::string_view name_of(Holding holding) {
  return kHoldingNames[static_cast<std::size_t>(holding)];
}
std::optional<Holding> holding_of(std::string_view name) {
  return value_named<Holding>(kHoldingNames, name);
}

}  // namespace gatehouse::orders
