// The contract of the stores, second half: sagas and events. The adapters are named in the first.
#include <algorithm>
#include <atomic>
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "services/orders/adapters/store_contract.hpp"

namespace gatehouse::orders {
namespace {

TEST_P(StoreContract, GivesASagaToOneHolderAtATime) {
  ASSERT_TRUE(place("ord_1"));

  const auto first = claim("a/1");
  ASSERT_EQ(first.size(), 1U);
  EXPECT_FALSE(first[0].saga.is_sent) << "handed out as it was";
  EXPECT_TRUE(claim("b/1").empty());

  const auto taken_over = claim("b/1", kNow + seconds{11}, 1);
  ASSERT_EQ(taken_over.size(), 1U);
  EXPECT_TRUE(taken_over[0].saga.is_sent);
  EXPECT_EQ(save("ord_1", "a/1", {OutcomeKind::done, "pay_1", ""}).error().reason, "lease_lost");
  EXPECT_TRUE(save("ord_1", "b/1", {OutcomeKind::done, "pay_1", ""}));
}

TEST_P(StoreContract, AnOrderCanBePlacedIntoTheHandsOfItsFirstHolder) {
  PlaceRequest request = request_of("key-1");
  request.lease = Lease{"a/1", kNow + seconds{10}};

  const auto placed = run(stores_->orders(0).place(request, draft_as("ord_1")));

  ASSERT_TRUE(placed && placed->run);
  EXPECT_EQ(placed->run->order, get("ord_1"));
  EXPECT_TRUE(claim("b/1").empty());
  EXPECT_TRUE(save("ord_1", "a/1", {OutcomeKind::unavailable, "", ""}));
  EXPECT_EQ(claim("b/1", kNow + seconds{5}).size(), 1U);
}

TEST_P(StoreContract, FreesWhatADeadProcessHeld) {
  ASSERT_TRUE(place("ord_1"));
  ASSERT_EQ(claim("orders-1/abc").size(), 1U);

  ASSERT_TRUE(run(stores_->sagas(0).release("orders-2")));
  EXPECT_TRUE(claim("orders-2/x").empty());
  ASSERT_TRUE(run(stores_->sagas(0).release("orders-1")));
  EXPECT_EQ(claim("orders-2/x").size(), 1U);
}

TEST_P(StoreContract, SavesStepOrderStockAndEventTogether) {
  ASSERT_TRUE(place("ord_1"));
  ASSERT_EQ(claim("a/1").size(), 1U);
  ASSERT_TRUE(save("ord_1", "a/1", {OutcomeKind::done, "pay_1", ""}));
  ASSERT_EQ(claim("a/1", kNow + seconds{6}).size(), 1U);

  const auto saved = save("ord_1", "a/1", {OutcomeKind::done, "pay_1", ""});

  ASSERT_TRUE(saved);
  const Order order = get("ord_1");
  EXPECT_EQ(order, saved->order);
  EXPECT_EQ(order.status, OrderStatus::confirmed);
  EXPECT_EQ(order.payment_id, "pay_1");
  EXPECT_EQ(order.version, 2);
  EXPECT_EQ(stock("cup"), (Stock{98, 0, 2}));
  const auto feed = run(stores_->outbox().after(0, 10)).value();
  EXPECT_EQ(feed.size(), 2U);
  EXPECT_EQ(type_of(feed.back().event), "order.confirmed");
  EXPECT_TRUE(claim("a/1", kNow + seconds{60}).empty()) << "a finished saga is never due";
}

TEST_P(StoreContract, AStepThatFailsChangesNothing) {
  ASSERT_TRUE(place("ord_1"));
  ASSERT_EQ(claim("a/1").size(), 1U);
  StepChange change = [](Order& order, Saga& saga) -> Result<Step> {
    saga.step = SagaStep::finished;
    auto became = become(order, OrderStatus::confirmed, kNow);
    return Step{{.move = StockMove::restock}, std::nullopt};  // the books hold nothing sold
  };

  const auto saved = run(stores_->sagas(0).save("ord_1", "a/1", kNow, change));

  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().reason, "stock_invariant");
  EXPECT_EQ(get("ord_1").status, OrderStatus::pending);
  EXPECT_EQ(stock("cup"), (Stock{98, 2, 0}));
}

TEST_P(StoreContract, ACancelDoesNotTakeASagaFromItsHolder) {
  ASSERT_TRUE(place("ord_1"));
  ASSERT_EQ(claim("a/1").size(), 1U);

  ASSERT_TRUE(cancel("ord_1", 1));

  EXPECT_TRUE(claim("b/1").empty());
  const auto saved = save("ord_1", "a/1", {OutcomeKind::done, "pay_1", ""});
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->saga.step, SagaStep::voiding) << "the holder sees the cancel when it saves";
}

TEST_P(StoreContract, ACancelWakesASagaThatWaits) {
  ASSERT_TRUE(place("ord_1"));
  ASSERT_EQ(claim("a/1").size(), 1U);
  ASSERT_TRUE(save("ord_1", "a/1", {OutcomeKind::unknown, "", ""}));
  EXPECT_TRUE(claim("a/1").empty());

  ASSERT_TRUE(cancel("ord_1", 1));

  EXPECT_EQ(claim("a/1").size(), 1U);
}

TEST_P(StoreContract, CountsWhatIsUnfinished) {
  ASSERT_TRUE(place("ord_1"));

  EXPECT_EQ(run(stores_->sagas(0).backlog(kNow))->unfinished, 1);
  EXPECT_EQ(run(stores_->sagas(0).backlog(kNow))->stuck, 0);
  EXPECT_EQ(run(stores_->sagas(0).backlog(kNow + seconds{1}))->stuck, 1);
}

TEST_P(StoreContract, DeliversEachEventUntilItIsComplete) {
  ASSERT_TRUE(place("ord_1"));
  Outbox& outbox = stores_->outbox();

  const auto first = run(outbox.claim(kNow + seconds{10}, 10, kNow)).value();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(run(outbox.claim(kNow + seconds{10}, 10, kNow))->empty());
  const std::string id = first[0].event.id;
  ASSERT_TRUE(run(outbox.record({{id, {"mail"}, false, kNow + seconds{2}}}, kNow)));
  const auto second = run(outbox.claim(kNow + seconds{10}, 10, kNow + seconds{2})).value();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].told, std::vector<std::string>{"mail"});
  EXPECT_EQ(second[0].attempts, 1);
  EXPECT_EQ(second[0].event, first[0].event);
  EXPECT_EQ(run(outbox.pending()), 1);
  ASSERT_TRUE(run(outbox.record({{id, {"mail", "shop"}, true, kNow}}, kNow)));

  EXPECT_EQ(run(outbox.pending()), 0);
  EXPECT_TRUE(run(outbox.claim(kNow + seconds{20}, 10, kNow + seconds{15}))->empty());
}

TEST_P(StoreContract, TheFeedGoesOnWhereItEnded) {
  const auto start = run(stores_->outbox().end()).value();
  for (const char* id : {"ord_1", "ord_2", "ord_3"}) ASSERT_TRUE(place(id));

  const auto first = run(stores_->outbox().after(start, 2)).value();
  ASSERT_EQ(first.size(), 2U);
  const auto second = run(stores_->outbox().after(first.back().position, 2)).value();

  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].event.order_id, "ord_3");
  EXPECT_EQ(second[0].position, run(stores_->outbox().end()));
}

TEST_P(StoreContract, TheCatalogueSaysHowFarTheFeedHadCome) {
  EXPECT_EQ(run(stores_->catalogue().all())->position, 0);
  ASSERT_TRUE(place("ord_1"));

  const auto item = run(stores_->catalogue().find("cup")).value();

  EXPECT_EQ(item.product.stock.reserved, 2);
  EXPECT_EQ(item.position, run(stores_->outbox().end()));
}

TEST_P(StoreContract, PurgesOnlyWhatIsOldAndDelivered) {
  ASSERT_TRUE(place("ord_1"));
  const auto claimed = run(stores_->outbox().claim(kNow + seconds{10}, 10, kNow)).value();

  EXPECT_EQ(run(stores_->outbox().purge(kNow, 100)), 0);
  EXPECT_EQ(run(stores_->outbox().purge(kNow + seconds{1}, 100)), 1) << "the key, not the event";
  ASSERT_TRUE(run(stores_->outbox().record({{claimed[0].event.id, {}, true, kNow}}, kNow)));
  EXPECT_EQ(run(stores_->outbox().purge(kNow + seconds{1}, 100)), 1);
}

TEST_P(StoreContract, TwentyWorkersNeverShareASaga) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(place("ord_" + std::to_string(i), {{"cup", 1}}));
  std::atomic<std::size_t> claimed{0};
  together([&](std::size_t i) {
    Lease lease{"w" + std::to_string(i) + "/1", kNow + seconds{10}};
    claimed += run(stores_->sagas(i).claim(lease, 3, kNow))->size();
  });

  EXPECT_EQ(claimed, 30U);
}

// Orders commit in another sequence than they began: nobody who follows the feed may miss one.
TEST_P(StoreContract, WhoFollowsTheFeedMissesNothing) {
  constexpr int kOrdersEach = 5;
  std::vector<FeedEvent> heard;
  std::atomic<std::size_t> placed{0};
  const auto follow = [&] {
    const std::int64_t from = heard.empty() ? 0 : heard.back().position;
    const auto next = run(stores_->outbox().after(from, 7));
    ASSERT_TRUE(next);
    heard.insert(heard.end(), next->begin(), next->end());
  };
  together([&](std::size_t i) {
    if (i == 0) {
      while (placed < (kThreads - 1) * kOrdersEach) follow();
      return;
    }
    for (int n = 0; n < kOrdersEach; ++n) {
      const std::string id = "ord_" + std::to_string(i) + "_" + std::to_string(n);
      if (place(id, {{"cup", 1}}, i)) ++placed;
    }
  });
  for (std::size_t before = heard.size() + 1; before != heard.size();) {
    before = heard.size();
    follow();
  }

  std::set<std::string> orders;
  for (const FeedEvent& one : heard) orders.insert(one.event.order_id);
  EXPECT_EQ(heard.size(), placed);
  EXPECT_EQ(orders.size(), placed);
  EXPECT_TRUE(std::ranges::is_sorted(heard, std::ranges::less_equal{}, &FeedEvent::position));
}

TEST_P(StoreContract, CancelAndStepOfOneOrderComeOneAfterTheOther) {
  constexpr std::size_t kOrders = kThreads / 2;
  for (std::size_t i = 0; i < kOrders; ++i) ASSERT_TRUE(place("ord_" + std::to_string(i), {{"cup", 1}}));
  ASSERT_EQ(claim("a/1").size(), kOrders);
  std::atomic<int> failures{0};
  together([&](std::size_t i) {
    const std::string id = "ord_" + std::to_string(i / 2);
    const bool is_fine = i % 2 == 0 ? cancel(id, 1, i).has_value()
                                    : save(id, "a/1", {OutcomeKind::done, "pay_1", ""}).has_value();
    if (!is_fine) ++failures;
  });

  EXPECT_EQ(failures, 0);
  for (std::size_t i = 0; i < kOrders; ++i) {
    EXPECT_EQ(get("ord_" + std::to_string(i)).status, OrderStatus::cancelling);
  }
  const auto due = claim("b/1", kNow + seconds{60});
  ASSERT_EQ(due.size(), kOrders);
  for (const SagaRun& one : due) EXPECT_EQ(one.saga.payment_id, "pay_1") << "neither was lost";
}

TEST_P(StoreContract, OrdersOfManyProductsDoNotBlockEachOther) {
  std::atomic<int> placed{0};
  together([&](std::size_t i) {
    const std::vector<Wish> wishes =
        i % 3 == 0 ? std::vector<Wish>{{"cup", 1}} : std::vector<Wish>{{"cup", 1}, {"lamp", 1}};
    if (place("ord_" + std::to_string(i), wishes, i)) ++placed;
  });

  EXPECT_EQ(placed, 7 + 5) << "all that want a cup only, and as many as there are lamps";
  EXPECT_EQ(stock("cup"), (Stock{88, 12, 0}));
  EXPECT_EQ(stock("lamp"), (Stock{0, 5, 0}));
}

}  // namespace
}  // namespace gatehouse::orders
