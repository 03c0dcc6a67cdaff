// One contract for every adapter of the stores: memory, SQLite, and SQLite as two processes see it.
#include <array>
#include <atomic>
#include <filesystem>
#include <latch>
#include <memory>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/memory_store.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"
#include "services/orders/adapters/sqlite_outbox.hpp"

namespace gatehouse::orders {
namespace {

using runtime::run_to_end;
using std::chrono::seconds;

const Currency kEuro = Currency::from_code("EUR").value();
constexpr core::SystemTime kNow{seconds{1'800'000'000}};
constexpr core::SystemTime kLongAgo{seconds{0}};

// The stores as one process has them. `turn` picks a process where there are several.
class Stores {
 public:
  virtual ~Stores() = default;
  virtual Catalogue& catalogue() = 0;
  virtual OrderStore& orders(std::size_t turn) = 0;
  virtual SagaStore& sagas(std::size_t turn) = 0;
  virtual Outbox& outbox() = 0;
};

class MemoryStores final : public Stores {
 public:
  Catalogue& catalogue() override { return store_; }
  OrderStore& orders(std::size_t) override { return store_; }
  SagaStore& sagas(std::size_t) override { return store_; }
  Outbox& outbox() override { return store_; }

 private:
  MemoryStore store_;
};

class SqliteStores final : public Stores {
 public:
  explicit SqliteStores(std::size_t processes)
      : folder_(std::filesystem::temp_directory_path() / ("orders-" + core::random_token(8))) {
    std::filesystem::create_directories(folder_);
    const auto ring = std::make_shared<const crypto::KeyRing>(
        crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value());
    for (std::size_t i = 0; i < processes; ++i)
      processes_.push_back(std::make_unique<Process>(folder_, ring));
  }
  ~SqliteStores() override {
    processes_.clear();
    std::filesystem::remove_all(folder_);
  }
  Catalogue& catalogue() override { return processes_[0]->catalogue; }
  OrderStore& orders(std::size_t turn) override { return processes_[turn % processes_.size()]->store; }
  SagaStore& sagas(std::size_t turn) override { return processes_[turn % processes_.size()]->store; }
  Outbox& outbox() override { return processes_[0]->outbox; }

 private:
  struct Process {
    Process(const std::filesystem::path& folder, std::shared_ptr<const crypto::KeyRing> ring)
        : shared(open_orders_database(folder / "orders.db").value(), pool,
                 crypto::Envelope(std::move(ring))) {}
    runtime::BlockingPool pool{"orders-test"};
    OrdersDatabase shared;
    SqliteCatalogue catalogue{shared};
    SqliteOrderStore store{shared};
    SqliteOutbox outbox{shared};
  };
  std::filesystem::path folder_;
  std::vector<std::unique_ptr<Process>> processes_;
};

struct Adapter {
  std::string_view name;
  std::unique_ptr<Stores> (*make)();
};

class StoreContract : public testing::TestWithParam<Adapter> {
 protected:
  StoreContract() : stores_(GetParam().make()) {
    std::vector<Product> products{{"cup", "A cup", {1'250, kEuro}, {100, 0, 0}},
                                  {"lamp", "A lamp", {4'900, kEuro}, {5, 0, 0}}};
    EXPECT_EQ(run_to_end(stores_->catalogue().seed(std::move(products))), 2U);
  }

  static PlaceRequest request_of(std::string key, std::vector<Wish> wishes = {{"cup", 2}}) {
    return {.key = {"alice", "POST /orders", std::move(key)},
            .fingerprint = "print",
            .wishes = std::move(wishes),
            .traceparent = "00-trace",
            .now = kNow,
            .keys_kept_since = kLongAgo};
  }

  static Draft draft_as(std::string id, std::vector<Wish> wishes = {{"cup", 2}}, core::SystemTime now = kNow,
                        std::string owner = "alice") {
    return [id, wishes, now, owner](const std::vector<Product>& products) -> Result<Drafted> {
      auto order = draft_order({id, owner, "pm_card_visa", wishes}, products, now);
      if (!order) return fail(order);
      return Drafted{*order, {201, "/orders/" + id, "\"1\"", "{\"id\":\"" + id + "\"}"}};
    };
  }

  Result<Placed> place(const std::string& id, std::vector<Wish> wishes = {{"cup", 2}}, std::size_t turn = 0) {
    return run_to_end(stores_->orders(turn).place(request_of("key-" + id, wishes), draft_as(id, wishes)));
  }
  Order get(const std::string& id) { return run_to_end(stores_->orders(0).get(id, std::nullopt)).value(); }
  Stock stock(const std::string& sku) {
    return run_to_end(stores_->catalogue().find(sku)).value().product.stock;
  }
  std::vector<SagaRun> claim(std::string holder, core::SystemTime now = kNow, std::size_t turn = 0) {
    Lease lease{std::move(holder), now + seconds{10}};
    return run_to_end(stores_->sagas(turn).claim(lease, 100, now)).value();
  }
  // Applies an outcome as the saga's worker does.
  Result<SavedStep> save(const std::string& id, const std::string& holder, Outcome outcome) {
    StepChange change = [outcome](Order& order, Saga& saga) -> Result<Step> {
      auto progress = advance(order, saga, outcome, kNow);
      if (!progress) return fail(progress);
      saga.next_run_at = kNow + seconds{5};
      return Step{*progress, std::nullopt};
    };
    return run_to_end(stores_->sagas(0).save(id, holder, kNow, change));
  }
  Result<Order> cancel(const std::string& id, std::int64_t version, std::size_t turn = 0) {
    OrderChange change = [](Order& order, Saga& saga) -> Result<void> {
      auto requested = request_cancel(order, kNow);
      if (requested) reopen(saga, order, kNow);
      return requested;
    };
    return run_to_end(stores_->orders(turn).update(id, std::nullopt, version, kNow, change));
  }

  std::unique_ptr<Stores> stores_;
};

TEST_P(StoreContract, SeedsEachProductOnce) {
  std::vector<Product> again{{"cup", "Another cup", {1, kEuro}, {1, 0, 0}},
                             {"bowl", "A bowl", {990, kEuro}, {7, 0, 0}}};

  EXPECT_EQ(run_to_end(stores_->catalogue().seed(again)), 1U);

  const auto all = run_to_end(stores_->catalogue().all());
  ASSERT_EQ(all->products.size(), 3U);
  EXPECT_EQ(all->products.at(0).sku, "bowl");
  EXPECT_EQ(all->products.at(1).name, "A cup");
  EXPECT_EQ(run_to_end(stores_->catalogue().find("boat")).error().kind, ErrorKind::not_found);
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
  const auto feed = run_to_end(stores_->outbox().after(0, 10)).value();
  ASSERT_EQ(feed.size(), 1U);
  EXPECT_EQ(type_of(feed[0].event), "order.placed");
  EXPECT_EQ(feed[0].event.skus, std::vector<std::string>{"cup"});
  ASSERT_EQ(claim("a/1").size(), 1U);
}

TEST_P(StoreContract, RepeatsTheFirstAnswerToAKey) {
  const auto first = run_to_end(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1")));
  const auto second = run_to_end(stores_->orders(1).place(request_of("key-1"), draft_as("ord_2")));

  ASSERT_TRUE(second);
  EXPECT_EQ(second->reply, first->reply);
  EXPECT_TRUE(second->is_replay);
  EXPECT_FALSE(second->run);
  EXPECT_EQ(stock("cup").reserved, 2);
  EXPECT_FALSE(run_to_end(stores_->orders(0).get("ord_2", std::nullopt)));
}

TEST_P(StoreContract, RefusesAKeyThatComesWithOtherParameters) {
  PlaceRequest other = request_of("key-1");
  other.fingerprint = "another print";
  ASSERT_TRUE(run_to_end(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1"))));

  const auto second = run_to_end(stores_->orders(0).place(other, draft_as("ord_2")));

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "idempotency_key_reused");
  EXPECT_EQ(second.error().kind, ErrorKind::unprocessable);
}

TEST_P(StoreContract, KeysBelongToOnePerson) {
  PlaceRequest bobs = request_of("key-1");
  bobs.key.owner = "bob";
  ASSERT_TRUE(run_to_end(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1"))));

  ASSERT_TRUE(run_to_end(stores_->orders(0).place(bobs, draft_as("ord_2", {{"cup", 2}}, kNow, "bob"))));

  EXPECT_EQ(get("ord_2").owner, "bob");
}

TEST_P(StoreContract, ForgetsAKeyThatIsTooOld) {
  PlaceRequest later = request_of("key-1");
  later.keys_kept_since = kNow + seconds{1};
  ASSERT_TRUE(run_to_end(stores_->orders(0).place(request_of("key-1"), draft_as("ord_1"))));

  ASSERT_TRUE(run_to_end(stores_->orders(0).place(later, draft_as("ord_2"))));

  EXPECT_EQ(get("ord_2").id, "ord_2");
}

TEST_P(StoreContract, KeepsNothingOfAnOrderThatCannotBePlaced) {
  const auto refused = place("ord_1", {{"cup", 1}, {"lamp", 6}});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "out_of_stock");
  EXPECT_EQ(stock("cup"), (Stock{100, 0, 0}));
  EXPECT_FALSE(run_to_end(stores_->orders(0).get("ord_1", std::nullopt)));
  EXPECT_EQ(run_to_end(stores_->outbox().end()), 0);
  EXPECT_TRUE(place("ord_1", {{"cup", 1}})) << "the key must be free again";
}

TEST_P(StoreContract, HidesTheOrdersOfOthers) {
  ASSERT_TRUE(place("ord_1"));

  EXPECT_TRUE(run_to_end(stores_->orders(0).get("ord_1", "alice")));
  const auto hidden = run_to_end(stores_->orders(0).get("ord_1", "bob"));
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().kind, ErrorKind::not_found);
  const auto changed = run_to_end(
      stores_->orders(0).update("ord_1", "bob", 1, kNow, [](Order&, Saga&) -> Result<void> { return {}; }));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().kind, ErrorKind::not_found);
}

TEST_P(StoreContract, ListsPagesWithoutGapOrRepetition) {
  for (int i = 0; i < 7; ++i) {
    const std::string id = "ord_" + std::to_string(i);
    const core::SystemTime at = kNow + seconds{i / 2};  // pairs share a time
    const std::string owner = i == 3 ? "bob" : "alice";
    ASSERT_TRUE(run_to_end(
        stores_->orders(0).place(request_of(id, {{"cup", 1}}), draft_as(id, {{"cup", 1}}, at, owner))));
  }
  PageQuery query{.owner = "alice", .limit = 2};
  std::vector<std::string> seen;
  for (bool has_more = true; has_more;) {
    const auto page = run_to_end(stores_->orders(0).list(query));
    ASSERT_TRUE(page);
    for (const Order& order : page->orders) seen.push_back(order.id);
    has_more = page->has_more;
    query.after = PagePosition{page->orders.back().created_at, page->orders.back().id};
  }

  EXPECT_EQ(seen, (std::vector<std::string>{"ord_6", "ord_5", "ord_4", "ord_2", "ord_1", "ord_0"}));
  EXPECT_EQ(run_to_end(stores_->orders(0).list({}))->orders.size(), 7U);
  EXPECT_EQ(run_to_end(stores_->orders(0).list({.status = OrderStatus::confirmed}))->orders.size(), 0U);
  EXPECT_EQ(
      run_to_end(stores_->orders(0).list({.owner = "bob", .status = OrderStatus::pending}))->orders.size(),
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
  EXPECT_EQ(run_to_end(stores_->outbox().after(0, 10))->size(), 2U);
}

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

  const auto placed = run_to_end(stores_->orders(0).place(request, draft_as("ord_1")));

  ASSERT_TRUE(placed && placed->run);
  EXPECT_EQ(placed->run->order, get("ord_1"));
  EXPECT_TRUE(claim("b/1").empty());
  EXPECT_TRUE(save("ord_1", "a/1", {OutcomeKind::unavailable, "", ""}));
  EXPECT_EQ(claim("b/1", kNow + seconds{5}).size(), 1U);
}

TEST_P(StoreContract, FreesWhatADeadProcessHeld) {
  ASSERT_TRUE(place("ord_1"));
  ASSERT_EQ(claim("orders-1/abc").size(), 1U);

  ASSERT_TRUE(run_to_end(stores_->sagas(0).release("orders-2")));
  EXPECT_TRUE(claim("orders-2/x").empty());
  ASSERT_TRUE(run_to_end(stores_->sagas(0).release("orders-1")));
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
  const auto feed = run_to_end(stores_->outbox().after(0, 10)).value();
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

  const auto saved = run_to_end(stores_->sagas(0).save("ord_1", "a/1", kNow, change));

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

  EXPECT_EQ(run_to_end(stores_->sagas(0).backlog(kNow))->unfinished, 1);
  EXPECT_EQ(run_to_end(stores_->sagas(0).backlog(kNow))->stuck, 0);
  EXPECT_EQ(run_to_end(stores_->sagas(0).backlog(kNow + seconds{1}))->stuck, 1);
}

TEST_P(StoreContract, DeliversEachEventUntilItIsComplete) {
  ASSERT_TRUE(place("ord_1"));
  Outbox& outbox = stores_->outbox();

  const auto first = run_to_end(outbox.claim(kNow + seconds{10}, 10, kNow)).value();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(run_to_end(outbox.claim(kNow + seconds{10}, 10, kNow))->empty());
  const std::string id = first[0].event.id;
  ASSERT_TRUE(run_to_end(outbox.record({{id, {"mail"}, false, kNow + seconds{2}}}, kNow)));
  const auto second = run_to_end(outbox.claim(kNow + seconds{10}, 10, kNow + seconds{2})).value();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].told, std::vector<std::string>{"mail"});
  EXPECT_EQ(second[0].attempts, 1);
  EXPECT_EQ(second[0].event, first[0].event);
  EXPECT_EQ(run_to_end(outbox.pending()), 1);
  ASSERT_TRUE(run_to_end(outbox.record({{id, {"mail", "shop"}, true, kNow}}, kNow)));

  EXPECT_EQ(run_to_end(outbox.pending()), 0);
  EXPECT_TRUE(run_to_end(outbox.claim(kNow + seconds{20}, 10, kNow + seconds{15}))->empty());
}

TEST_P(StoreContract, TheFeedGoesOnWhereItEnded) {
  const auto start = run_to_end(stores_->outbox().end()).value();
  for (const char* id : {"ord_1", "ord_2", "ord_3"}) ASSERT_TRUE(place(id));

  const auto first = run_to_end(stores_->outbox().after(start, 2)).value();
  ASSERT_EQ(first.size(), 2U);
  const auto second = run_to_end(stores_->outbox().after(first.back().position, 2)).value();

  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].event.order_id, "ord_3");
  EXPECT_EQ(second[0].position, run_to_end(stores_->outbox().end()));
}

TEST_P(StoreContract, TheCatalogueSaysHowFarTheFeedHadCome) {
  EXPECT_EQ(run_to_end(stores_->catalogue().all())->position, 0);
  ASSERT_TRUE(place("ord_1"));

  const auto item = run_to_end(stores_->catalogue().find("cup")).value();

  EXPECT_EQ(item.product.stock.reserved, 2);
  EXPECT_EQ(item.position, run_to_end(stores_->outbox().end()));
}

TEST_P(StoreContract, PurgesOnlyWhatIsOldAndDelivered) {
  ASSERT_TRUE(place("ord_1"));
  const auto claimed = run_to_end(stores_->outbox().claim(kNow + seconds{10}, 10, kNow)).value();

  EXPECT_EQ(run_to_end(stores_->outbox().purge(kNow, 100)), 0);
  EXPECT_EQ(run_to_end(stores_->outbox().purge(kNow + seconds{1}, 100)), 1) << "the key, not the event";
  ASSERT_TRUE(run_to_end(stores_->outbox().record({{claimed[0].event.id, {}, true, kNow}}, kNow)));
  EXPECT_EQ(run_to_end(stores_->outbox().purge(kNow + seconds{1}, 100)), 1);
}

constexpr std::size_t kThreads = 20;

// Runs `work(index)` on twenty threads that start together.
template <class Work>
void together(Work work) {
  std::latch start(kThreads);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&start, &work, i] {
      start.arrive_and_wait();
      work(i);
    });
  }
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
    auto placed =
        run_to_end(stores_->orders(i).place(request_of("the key"), draft_as("ord_" + std::to_string(i))));
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

TEST_P(StoreContract, TwentyWorkersNeverShareASaga) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(place("ord_" + std::to_string(i), {{"cup", 1}}));
  std::atomic<std::size_t> claimed{0};
  together([&](std::size_t i) {
    Lease lease{"w" + std::to_string(i) + "/1", kNow + seconds{10}};
    claimed += run_to_end(stores_->sagas(i).claim(lease, 3, kNow))->size();
  });

  EXPECT_EQ(claimed, 30U);
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, StoreContract,
    testing::Values(
        Adapter{"memory", [] -> std::unique_ptr<Stores> { return std::make_unique<MemoryStores>(); }},
        Adapter{"sqlite", [] -> std::unique_ptr<Stores> { return std::make_unique<SqliteStores>(1); }},
        Adapter{"sqlite_shared",
                [] -> std::unique_ptr<Stores> { return std::make_unique<SqliteStores>(2); }}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace gatehouse::orders
