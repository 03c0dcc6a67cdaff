// Rules of orders and stock.
#include "services/orders/domain/order.hpp"

#include <gtest/gtest.h>

namespace gatehouse::orders {
namespace {

const Currency kEuro = Currency::from_code("EUR").value();
const Currency kYen = Currency::from_code("JPY").value();
constexpr core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};

std::vector<Product> shelf() {
  return {{"cup", "A cup", {1'250, kEuro}, {10, 0, 0}},
          {"lamp", "A lamp", {4'900, kEuro}, {2, 0, 0}},
          {"fan", "A fan", {3'000, kYen}, {5, 0, 0}}};
}

OrderDraft draft_of(std::vector<Wish> wishes) {
  return {"ord_1", "alice", "pm_card_visa", std::move(wishes)};
}

Order order_in(OrderStatus status, Holding holding = Holding::reserved) {
  Order order = draft_order(draft_of({{"cup", 1}}), shelf(), kNow).value();
  order.status = status;
  order.holding = holding;
  return order;
}

TEST(Order, IsDraftedAtTodaysPrices) {
  const Result<Order> order = draft_order(draft_of({{"cup", 2}, {"lamp", 1}}), shelf(), kNow);

  ASSERT_TRUE(order);
  EXPECT_EQ(order->total, (Money{7'400, kEuro}));
  EXPECT_EQ(order->lines[0].name, "A cup");
  EXPECT_EQ(order->status, OrderStatus::pending);
  EXPECT_EQ(order->version, 1);
}

TEST(Order, IsNotDraftedWhenItCannotBeFulfilled) {
  struct Case {
    std::vector<Wish> wishes;
    std::string_view reason;
  };
  const std::vector<Case> cases{{{{"boat", 1}}, "unknown_sku"},
                                {{{"lamp", 3}}, "out_of_stock"},
                                {{{"cup", 1}, {"fan", 1}}, "currency_mismatch"},
                                {{}, "no_items"}};
  for (const Case& row : cases) {
    const Result<Order> order = draft_order(draft_of(row.wishes), shelf(), kNow);
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().reason, row.reason);
  }
}

TEST(Order, AmountsDoNotOverflow) {
  std::vector<Product> dear{{"gem", "A gem", {core::kAmountMax, kEuro}, {1'000, 0, 0}}};

  const Result<Order> order = draft_order(draft_of({{"gem", 2}}), dear, kNow);

  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().reason, "amount_overflow");
}

TEST(Wishes, AreSortedSoThatOrdersTakeStockInOneSequence) {
  const auto wishes = checked_wishes({{"lamp", 1}, {"cup", 2}}, {});

  ASSERT_TRUE(wishes);
  EXPECT_EQ(wishes->front().sku, "cup");
}

TEST(Wishes, AreRefusedWhenMalformed) {
  struct Case {
    std::vector<Wish> wishes;
    std::string_view reason;
  };
  const std::vector<Case> cases{{{}, "no_items"},
                                {{{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}}, "too_many_items"},
                                {{{"a", 0}}, "bad_quantity"},
                                {{{"a", -1}}, "bad_quantity"},
                                {{{"a", 6}}, "bad_quantity"},
                                {{{"", 1}}, "unknown_sku"},
                                {{{"a b", 1}}, "unknown_sku"},
                                {{{".a", 1}}, "unknown_sku"},
                                {{{std::string(65, 'a'), 1}}, "unknown_sku"},
                                {{{"b", 1}, {"a", 1}, {"b", 2}}, "duplicate_sku"}};
  for (const Case& row : cases) {
    const auto wishes = checked_wishes(row.wishes, {.lines_max = 3, .quantity_max = 5});
    ASSERT_FALSE(wishes) << row.reason;
    EXPECT_EQ(wishes.error().reason, row.reason);
  }
}

TEST(OrderStatus, FollowsTheLegalTransitionsOnly) {
  using enum OrderStatus;
  const std::vector<std::pair<OrderStatus, OrderStatus>> legal{
      {pending, confirmed},    {pending, cancelling},   {pending, cancelled},
      {confirmed, cancelling}, {cancelling, cancelled},
  };
  for (const OrderStatus from : {pending, confirmed, cancelling, cancelled}) {
    for (const OrderStatus to : {pending, confirmed, cancelling, cancelled}) {
      const bool is_legal = std::ranges::find(legal, std::pair{from, to}) != legal.end();
      Order order = order_in(from);
      const bool became = become(order, to, kNow).has_value();
      EXPECT_EQ(became, is_legal) << name_of(from) << " to " << name_of(to);
      EXPECT_EQ(order.version, is_legal ? 2 : 1);
      EXPECT_EQ(order.status, is_legal ? to : from);
    }
  }
}

TEST(OrderStatus, CanBeCancelledByTheCustomerOnce) {
  Order order = order_in(OrderStatus::confirmed, Holding::sold);

  EXPECT_TRUE(request_cancel(order, kNow));
  const Result<void> again = request_cancel(order, kNow);

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "already_cancelled");
}

TEST(Holding, MovesStockOnceWhenAnOrderEnds) {
  struct Case {
    Holding before;
    OrderStatus status;
    StockMove move;
    Holding after;
  };
  const std::vector<Case> cases{
      {Holding::reserved, OrderStatus::confirmed, StockMove::sell, Holding::sold},
      {Holding::reserved, OrderStatus::cancelled, StockMove::release, Holding::returned},
      {Holding::sold, OrderStatus::cancelled, StockMove::restock, Holding::returned},
      {Holding::returned, OrderStatus::cancelled, StockMove::none, Holding::returned},
      {Holding::reserved, OrderStatus::cancelling, StockMove::none, Holding::reserved},
      {Holding::sold, OrderStatus::cancelling, StockMove::none, Holding::sold}};
  for (const Case& row : cases) {
    Order order = order_in(row.status, row.before);
    EXPECT_EQ(settle_holding(order, row.status), row.move);
    EXPECT_EQ(order.holding, row.after);
  }
}

TEST(Stock, MovesButNeverAppearsOrVanishes) {
  struct Case {
    StockMove move;
    std::int64_t quantity;
    Stock after;
    std::string_view reason;
  };
  const Stock before{5, 3, 2};
  const std::vector<Case> cases{{StockMove::none, 9, {5, 3, 2}, ""},
                                {StockMove::reserve, 5, {0, 8, 2}, ""},
                                {StockMove::reserve, 6, {}, "out_of_stock"},
                                {StockMove::sell, 3, {5, 0, 5}, ""},
                                {StockMove::sell, 4, {}, "stock_invariant"},
                                {StockMove::release, 1, {6, 2, 2}, ""},
                                {StockMove::release, 4, {}, "stock_invariant"},
                                {StockMove::restock, 2, {7, 3, 0}, ""},
                                {StockMove::restock, 3, {}, "stock_invariant"},
                                {StockMove::sell, -1, {}, "stock_invariant"}};
  for (const Case& row : cases) {
    const Result<Stock> after = moved(before, row.move, row.quantity);
    if (row.reason.empty()) {
      ASSERT_TRUE(after);
      EXPECT_EQ(*after, row.after);
    } else {
      ASSERT_FALSE(after);
      EXPECT_EQ(after.error().reason, row.reason);
    }
  }
}

TEST(Names, LeadBackToTheirValues) {
  for (const auto status :
       {OrderStatus::pending, OrderStatus::confirmed, OrderStatus::cancelling, OrderStatus::cancelled}) {
    EXPECT_EQ(status_of(name_of(status)), status);
  }
  for (const auto holding : {Holding::reserved, Holding::sold, Holding::returned}) {
    EXPECT_EQ(holding_of(name_of(holding)), holding);
  }
  EXPECT_EQ(status_of("shipped"), std::nullopt);
}

}  // namespace
}  // namespace gatehouse::orders
