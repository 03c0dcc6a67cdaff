// What the contract cannot see of the stores on PostgreSQL: events that commit late, a server that is killed
// in the middle, and what lies on disk.
#include <future>

#include <gtest/gtest.h>

#include "runtime/timer.hpp"
#include "services/orders/adapters/postgres_feed.hpp"
#include "services/orders/adapters/postgres_stores.hpp"
#include "services/orders/adapters/store_contract.hpp"
#include "storage/postgres/listener.hpp"
#include "storage/test_peers/raw_files.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {
namespace {

using postgres::Batch;
using postgres::Repeatable;
using postgres::Transaction;
using std::chrono::milliseconds;

class PostgresStore : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresPlatform::is_possible()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    log::configure({.level = log::Level::off});
    platform_ = &PostgresPlatform::shared();
    platform_->forget_everything();
    std::vector<Product> products{{"cup", "A cup", {1'250, kEuro}, {1'000, 0, 0}}};
    ASSERT_TRUE(run(first().catalogue.seed(std::move(products))));
  }

  template <class T>
  T run(Awaitable<T> task) {
    return platform_->loop().run(std::move(task));
  }
  PostgresProcess& first() { return platform_->process(0); }
  PostgresProcess& second() { return platform_->process(1); }

  static Awaitable<Result<Placed>> place(OrderStore& store, std::string id) {
    Draft draft = [id](const std::vector<Product>& products) -> Result<Drafted> {
      auto order = draft_order({id, "alice", "pm_canary_7f3a91", {{"cup", 1}}}, products, kNow);
      if (!order) return fail(order);
      return Drafted{std::move(*order), {201, "", "", "{\"id\":\"" + id + "\"}"}};
    };
    PlaceRequest request{.key = {"alice", "POST /orders", "key-" + id}, .wishes = {{"cup", 1}}, .now = kNow};
    co_return co_await store.place(std::move(request), std::move(draft));
  }

  static Awaitable<Result<Order>> get(OrderStore& store, std::string id) { return store.get(id, "alice"); }

  PostgresPlatform* platform_ = nullptr;
};

TEST_F(PostgresStore, AnEventThatCommitsLateIsStillHeard) {
  const auto work = [this](Transaction& transaction) -> Awaitable<Result<std::int64_t>> {
    Batch early;
    early.add(
        "INSERT INTO outbox (id, order_id, order_version, status, skus, traceparent, occurred_at, due_at) "
        "VALUES ('evt_early', 'ord_early', 1, 'pending', 'cup', '', 0, 0)");
    const auto written = co_await transaction.run(std::move(early));
    if (!written) co_return fail(written);
    const auto placed = co_await place(second().store, "ord_late");
    if (!placed) co_return fail(placed);
    const auto heard = co_await second().outbox.after(0, 10);
    if (!heard) co_return fail(heard);
    co_return heard->size() == 1 ? heard->front().position : -1;
  };

  const auto position = run(first().shared.database.transaction(work));
  ASSERT_TRUE(position) << position.error().detail;
  ASSERT_GT(*position, 0) << "only the one that was committed";
  const auto later = run(second().outbox.after(*position, 10));

  ASSERT_TRUE(later);
  ASSERT_EQ(later->size(), 1U);
  EXPECT_EQ(later->front().event.id, "evt_early");
}

TEST_F(PostgresStore, OtherProcessesAreToldWhenTheFeedGoesOn) {
  std::promise<void> listening;
  std::promise<void> told;
  int calls = 0;
  postgres::Listener listener(platform_->loop().executor(), platform_->server().options(),
                              std::string(kFeedChannel), [&] {
                                if (++calls == 1) listening.set_value();
                                if (calls == 2) told.set_value();
                              });
  const auto start = [&]() -> Awaitable<bool> {
    listener.start();
    co_return true;
  };
  run(start());
  ASSERT_EQ(listening.get_future().wait_for(seconds{10}), std::future_status::ready);

  ASSERT_TRUE(run(place(first().store, "ord_1")));
  ASSERT_EQ(run(first().outbox.after(0, 10))->size(), 1U);

  EXPECT_EQ(told.get_future().wait_for(seconds{10}), std::future_status::ready);
  EXPECT_TRUE(run(listener.stop(Deadline::after(seconds{5}))));
}

// Each buyer sends its request, with its key, until it is answered, as a client of the shop does.
TEST_F(PostgresStore, AServerThatIsKilledInTheMiddleLosesAndDoublesNothing) {
  constexpr int kBuyers = 8;
  constexpr int kOrdersEach = 10;
  std::atomic<int> answered{0};
  const auto buy = [this, &answered](int buyer) -> Awaitable<bool> {
    OrderStore& store = buyer % 2 == 0 ? first().store : second().store;
    for (int n = 0; n < kOrdersEach;) {
      const auto placed = co_await place(store, "ord_" + std::to_string(buyer) + "_" + std::to_string(n));
      if (placed) {
        ++answered;
        ++n;
      } else {
        EXPECT_EQ(placed.error().kind, ErrorKind::unavailable) << placed.error().reason;
        (void)co_await runtime::sleep_for(milliseconds{5});
      }
    }
    co_return true;
  };
  std::vector<std::jthread> buyers;
  for (int i = 0; i < kBuyers; ++i) buyers.emplace_back([this, &buy, i] { run(buy(i)); });

  for (const int enough : {kBuyers * kOrdersEach / 4, kBuyers * kOrdersEach / 2}) {
    while (answered < enough) std::this_thread::yield();
    platform_->server().restart();
  }
  buyers.clear();

  EXPECT_EQ(answered, kBuyers * kOrdersEach);
  EXPECT_EQ(run(first().catalogue.find("cup"))->product.stock, (Stock{920, 80, 0}));
  EXPECT_EQ(run(first().store.backlog(kNow))->unfinished, 80);
  EXPECT_EQ(run(first().outbox.after(0, 1'000))->size(), 80U);
}

TEST_F(PostgresStore, ThePaymentMethodIsNowhereInTheFiles) {
  ASSERT_TRUE(run(place(first().store, "ord_at_rest")));
  ASSERT_EQ(run(get(first().store, "ord_at_rest"))->payment_method, "pm_canary_7f3a91");
  platform_->server().run("CHECKPOINT");

  const std::string bytes = storage::test_peers::bytes_below(platform_->server().directory());

  EXPECT_NE(bytes.find("ord_at_rest"), std::string::npos);
  EXPECT_EQ(bytes.find("pm_canary"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::orders
