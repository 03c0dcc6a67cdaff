// Two instances of the catalogue with their caches, on one store and one Redis (TLS, a user with few rights):
// what one hears of, the other does not show any more.
#include <gtest/gtest.h>

#include "cache/cache_stack.hpp"
#include "core/test_times.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/cached_catalogue.hpp"
#include "services/orders/adapters/memory_store.hpp"
#include "storage/redis/test_secured_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {
namespace {

using namespace std::chrono_literals;
using runtime::run_to_end;

constexpr std::string_view kPrefix = "gatehouse:orders:";

struct Instance {
  Instance(boost::asio::io_context& io, const core::Clock& clock, Catalogue& store,
           storage::redis::Options redis, std::chrono::milliseconds ttl)
      : caches(cache::CacheStack::open(io.get_executor(), clock,
                                       {.redis = std::move(redis), .prefix = std::string(kPrefix)})
                   .value()),
        catalogue(store, caches->cache(), caches->invalidation(), clock, metrics, {.ttl = ttl}) {
    EXPECT_TRUE(run_to_end(io, caches->redis()->wait_until_connected(Deadline::after(10s))));
  }
  double count(const char* result) {
    return metrics.counter("cache_requests_total", "", {{"cache", "products"}, {"result", result}}).value();
  }
  telemetry::Metrics metrics;
  std::unique_ptr<cache::CacheStack> caches;
  CachedCatalogue catalogue;
};

class SharedCatalogueTest : public testing::Test {
 protected:
  SharedCatalogueTest() {
    log::configure({.level = log::Level::error});
    const Currency euro = Currency::from_code("EUR").value();
    std::vector<Product> products{{"cup", "A cup", {1'250, euro}, {1'000, 0, 0}}};
    (void)run_to_end(io_, store_.seed(products));
  }
  ~SharedCatalogueTest() override {
    run_to_end(io_, here_.caches->stop());
    run_to_end(io_, there_.caches->stop());
  }
  void order_cup() {
    const std::string id = "ord_" + std::to_string(++orders_);
    Draft draft = [&](const std::vector<Product>& shelf) -> Result<Drafted> {
      auto order = draft_order({id, "alice", "pm_card_visa", {{"cup", 1}}}, shelf, clock_.now());
      if (!order) return fail(order);
      return Drafted{*order, {}};
    };
    PlaceRequest request{.key = {"alice", "POST /orders", id}, .wishes = {{"cup", 1}}, .now = clock_.now()};
    ASSERT_TRUE(run_to_end(io_, store_.place(request, draft)));
  }
  // The feed as one instance hears it.
  void hear_feed(Instance& instance) {
    for (const FeedEvent& one : run_to_end(io_, store_.after(heard_, 100)).value()) {
      run_to_end(io_, instance.catalogue.hear(one.event, one.position));
      heard_ = one.position;
    }
  }
  std::int64_t cups(Instance& instance) {
    return run_to_end(io_, instance.catalogue.find("cup"))->product.stock.available;
  }
  template <class Condition>
  bool run_until(Condition condition) {
    const Deadline give_up = Deadline::after(10s);
    while (!condition() && !give_up.is_over()) io_.run_one_for(20ms);
    return condition();
  }
  // Both show the same, and from memory.
  void settle() {
    ASSERT_TRUE(run_until([&] {
      const double before = here_.count("hit") + there_.count("hit");
      return cups(here_) == cups(there_) && here_.count("hit") + there_.count("hit") == before + 2;
    }));
  }

  boost::asio::io_context io_{1};
  core::SystemClock clock_;
  MemoryStore store_;
  storage::redis::SecuredServer redis_{std::string(kPrefix)};
  Instance here_{io_, clock_, store_, redis_.options(), 30s};
  Instance there_{io_, clock_, store_, redis_.options(), 30s};
  int orders_ = 0;
  std::int64_t heard_ = 0;
};

TEST_F(SharedCatalogueTest, AnOrderThatOneHearsOfIsSeenByTheOtherWithin100Milliseconds) {
  core::TestTimes times;
  for (int round = 1; round <= 20; ++round) {
    settle();
    order_cup();
    const auto changed_at = clock_.steady_now();
    hear_feed(here_);
    ASSERT_TRUE(run_until([&] { return cups(there_) == 1'000 - round; }));
    times.add_since(changed_at);
    EXPECT_EQ(cups(here_), 1'000 - round);
  }
  EXPECT_LT(times.median(), 100ms);
}

TEST_F(SharedCatalogueTest, WhatOneLoadedTheOtherNeedNotLoad) {
  EXPECT_EQ(cups(here_), 1'000);
  EXPECT_EQ(cups(there_), 1'000);
  EXPECT_EQ(there_.count("miss"), 0);
  EXPECT_EQ(there_.count("hit"), 1);
}

TEST_F(SharedCatalogueTest, AnEventThatWasLostCostsTheTimeToLiveAtMost) {
  Instance brief(io_, clock_, store_, redis_.options(), 200ms);
  EXPECT_EQ(cups(brief), 1'000);
  const auto changed_at = clock_.steady_now();
  order_cup();  // and nobody hears of it
  EXPECT_EQ(cups(there_), 1'000);
  ASSERT_TRUE(run_until([&] { return cups(brief) == 999; }));
  EXPECT_LT(clock_.steady_now() - changed_at, 5s);  // the others have it for 30 s
  EXPECT_TRUE(run_until([&] { return cups(there_) == 999; })) << "who shares the entry, and its end";
  run_to_end(io_, brief.caches->stop());
}

TEST_F(SharedCatalogueTest, WhileTheConnectionIsCutNoOldCopyIsShown) {
  settle();
  redis_.lock_out();
  ASSERT_TRUE(run_until(
      [&] { return !here_.caches->redis()->is_connected() && !there_.caches->redis()->is_connected(); }));
  order_cup();
  hear_feed(here_);  // which cannot tell anybody
  EXPECT_EQ(cups(there_), 999) << "from the store, not from memory";
  EXPECT_EQ(cups(here_), 999);
  EXPECT_GT(there_.count("error"), 0);
}

}  // namespace
}  // namespace gatehouse::orders
