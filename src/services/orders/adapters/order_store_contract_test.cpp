// The contract of the stores, first half: products and orders.
#include <array>
#include <atomic>
#include <set>

#include <gtest/gtest.h>

#include "services/orders/adapters/store_contract.hpp"

namespace gatehouse::orders {
namespace {

TEST_P(StoreContract, SeedsEachProductOnce) {
  std::vector<Product> again{{"cup", "Another cup", {1, kEuro}, {1, 0, 0}},
                             {"bowl", "A bowl", {990, kEuro}, {7, 0, 0}}};

  EXPECT_EQ(run(stores_->catalogue().seed(again)), 1U);

  const auto all = run(stores_->catalogue().all());
  ASSERT_EQ(all->products.size(), 3U);
  EXPECT_EQ(all->products.at(0).sku, "bowl");
  EXPECT_EQ(all->products.at(1).name, "A cup");
  EXPECT_EQ(run(stores_->catalogue().find("boat")).error().kind, ErrorKind::not_found);
}

TEST_P(StoreContract, PlacesAnOrderWithAllThatBelongsToIt) {
  const auto placed = place("ord_1");

  ASSERT_TRUE(placed);
  EXPECT_FALSE(placed->run);
  EXPECT_EQ(placed->reply.status, 201U);
  EXPECT_EQ(stock("cup"), (Stock{98, 2, 0}));
  const Order order = get("ord_1");
  EXPECT_EQ(order.lines.at(0), (OrderLine{"cup", "A cup", 2, {1'250, kEuro}}));
  EXPECT_EQ(order.total, (Money{2'500, kEuro}));
  EXPECT_EQ(order.payment_method, "pm_card_visa");
  const auto feed = run(stores_->outbox().after(0, 10)).value();
  ASSERT_EQ(feed.size(), 1U);
  EXPECT_EQ(type_of(feed[0].event), "order.placed");
  EXPECT_EQ(feed[0].event.skus, std::vector<std::string>{"cup"});
  ASSERT_EQ(claim("a/1").size(), 1U);
}

TEST_P(StoreContract, RepeatsTheFirstAnswerToAKey) {
  const auto first = run(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1")));
  const auto second = run(stores_->orders(1).place(request_of("key-1"), draft_as("ord_2")));

  ASSERT_TRUE(second);
  EXPECT_EQ(second->reply, first->reply);
  EXPECT_TRUE(second->is_replay);
  EXPECT_FALSE(second->run);
  EXPECT_EQ(stock("cup").reserved, 2);
  EXPECT_FALSE(run(stores_->orders(0).get("ord_2", std::nullopt)));
}

TEST_P(StoreContract, RefusesAKeyThatComesWithOtherParameters) {
  PlaceRequest other = request_of("key-1");
  other.fingerprint = "another print";
  ASSERT_TRUE(run(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1"))));

  const auto second = run(stores_->orders(0).place(other, draft_as("ord_2")));

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "idempotency_key_reused");
  EXPECT_EQ(second.error().kind, ErrorKind::unprocessable);
}

TEST_P(StoreContract, KeysBelongToOnePerson) {
  PlaceRequest bobs = request_of("key-1");
  bobs.key.owner = "bob";
  ASSERT_TRUE(run(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1"))));

  ASSERT_TRUE(run(stores_->orders(0).place(bobs, draft_as("ord_2", {{"cup", 2}}, kNow, "bob"))));

  EXPECT_EQ(get("ord_2").owner, "bob");
}

TEST_P(StoreContract, ForgetsAKeyThatIsTooOld) {
  PlaceRequest later = request_of("key-1");
  later.keys_kept_since = kNow + seconds{1};
  ASSERT_TRUE(run(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1"))));

  ASSERT_TRUE(run(stores_->orders(0).place(later, draft_as("ord_2"))));

  EXPECT_EQ(get("ord_2").id, "ord_2");
}

TEST_P(StoreContract, KeepsNothingOfAnOrderThatCannotBePlaced) {
  const auto refused = place("ord_1", {{"cup", 1}, {"lamp", 6}});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "out_of_stock");
  EXPECT_EQ(stock("cup"), (Stock{100, 0, 0}));
  EXPECT_FALSE(run(stores_->orders(0).get("ord_1", std::nullopt)));
  EXPECT_EQ(run(stores_->outbox().end()), 0);
  EXPECT_TRUE(place("ord_1", {{"cup", 1}})) << "the key must be free again";
}

TEST_P(StoreContract, HidesTheOrdersOfOthers) {
  ASSERT_TRUE(place("ord_1"));

  EXPECT_TRUE(run(stores_->orders(0).get("ord_1", "alice")));
  const auto hidden = run(stores_->orders(0).get("ord_1", "bob"));
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().kind, ErrorKind::not_found);
  const auto changed = run(
      stores_->orders(0).update("ord_1", "bob", 1, kNow, [](Order&, Saga&) -> Result<void> { return {}; }));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().kind, ErrorKind::not_found);
}

TEST_P(StoreContract, ListsPagesWithoutGapOrRepetition) {
  for (int i = 0; i < 7; ++i) {
    const std::string id = "ord_" + std::to_string(i);
    const core::SystemTime at = kNow + seconds{i / 2};  // pairs share a time
    const std::string owner = i == 3 ? "bob" : "alice";
    ASSERT_TRUE(
        run(stores_->orders(0).place(request_of(id, {{"cup", 1}}), draft_as(id, {{"cup", 1}}, at, owner))));
  }
  PageQuery query{.owner = "alice", .limit = 2};
  std::vector<std::string> seen;
  for (bool has_more = true; has_more;) {
    const auto page = run(stores_->orders(0).list(query));
    ASSERT_TRUE(page);
    for (const Order& order : page->orders) seen.push_back(order.id);
    has_more = page->has_more;
    query.after = PagePosition{page->orders.back().created_at, page->orders.back().id};
  }

  EXPECT_EQ(seen, (std::vector<std::string>{"ord_6", "ord_5", "ord_4", "ord_2", "ord_1", "ord_0"}));
  EXPECT_EQ(run(stores_->orders(0).list({}))->orders.size(), 7U);
  EXPECT_EQ(run(stores_->orders(0).list({.status = OrderStatus::confirmed}))->orders.size(), 0U);
  EXPECT_EQ(run(stores_->orders(0).list({.owner = "bob", .status = OrderStatus::pending}))->orders.size(),
            1U);
}

TEST_P(StoreContract, UpdatesOnlyTheVersionThatWasSeen) {
  ASSERT_TRUE(place("ord_1"));

  const auto cancelled = cancel("ord_1", 1);
  const auto late = cancel("ord_1", 1);
  const auto illegal = cancel("ord_1", 2);

  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->version, 2);
  EXPECT_EQ(late.error().reason, "version_mismatch");
  EXPECT_EQ(late.error().kind, ErrorKind::precondition_failed);
  EXPECT_EQ(illegal.error().reason, "already_cancelled");
  EXPECT_EQ(get("ord_1").status, OrderStatus::cancelling);
  EXPECT_EQ(run(stores_->outbox().after(0, 10))->size(), 2U);
}

TEST_P(StoreContract, TwentyBuyersOfFiveLampsGetFive) {
  std::atomic<int> placed{0};
  together([&](std::size_t i) {
    const auto result = place("ord_" + std::to_string(i), {{"lamp", 1}}, i);
    if (result) ++placed;
    if (!result) EXPECT_EQ(result.error().reason, "out_of_stock");
  });

  EXPECT_EQ(placed, 5);
  EXPECT_EQ(stock("lamp"), (Stock{0, 5, 0}));
}

TEST_P(StoreContract, TwentySendersOfOneKeyMakeOneOrder) {
  std::array<std::string, kThreads> bodies;
  together([&](std::size_t i) {
    auto placed = run(stores_->orders(i).place(request_of("the key"), draft_as("ord_" + std::to_string(i))));
    ASSERT_TRUE(placed) << placed.error().detail;
    bodies[i] = placed->reply.body;
  });

  EXPECT_EQ(std::set<std::string>(bodies.begin(), bodies.end()).size(), 1U);
  EXPECT_EQ(stock("cup").reserved, 2);
}

TEST_P(StoreContract, OfTwentyChangesToOneVersionOneWins) {
  ASSERT_TRUE(place("ord_1"));
  std::atomic<int> won{0};
  together([&](std::size_t i) {
    const auto changed = cancel("ord_1", 1, i);
    if (changed) ++won;
    if (!changed) EXPECT_EQ(changed.error().reason, "version_mismatch");
  });

  EXPECT_EQ(won, 1);
  EXPECT_EQ(get("ord_1").version, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, StoreContract,
    testing::Values(
        Adapter{"memory", [] -> std::unique_ptr<Stores> { return std::make_unique<MemoryStores>(); }},
        Adapter{"sqlite", [] -> std::unique_ptr<Stores> { return std::make_unique<SqliteStores>(1); }},
        Adapter{"sqlite_shared", [] -> std::unique_ptr<Stores> { return std::make_unique<SqliteStores>(2); }},
        Adapter{"postgres", [] -> std::unique_ptr<Stores> { return std::make_unique<PostgresStores>(1); }},
        Adapter{"postgres_shared",
                [] -> std::unique_ptr<Stores> { return std::make_unique<PostgresStores>(2); }}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace gatehouse::orders
