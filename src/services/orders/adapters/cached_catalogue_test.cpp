// The catalogue behind a cache: fresh after every event, quiet otherwise.
#include "services/orders/adapters/cached_catalogue.hpp"

#include <gtest/gtest.h>

#include "cache/memory_cache.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/memory_store.hpp"

namespace gatehouse::orders {
namespace {

using runtime::run_to_end;

const Currency kEuro = Currency::from_code("EUR").value();

// Counts what comes through to the store.
class CountingCatalogue final : public Catalogue {
 public:
  explicit CountingCatalogue(Catalogue& inner) : inner_(inner) {}
  int reads = 0;

  Awaitable<Result<Shelf>> all() override {
    ++reads;
    return inner_.all();
  }
  Awaitable<Result<ShelfItem>> find(std::string sku) override {
    ++reads;
    return inner_.find(std::move(sku));
  }
  Awaitable<Result<std::size_t>> seed(std::vector<Product> products) override {
    return inner_.seed(std::move(products));
  }

 private:
  Catalogue& inner_;
};

class CachedCatalogueTest : public testing::Test {
 protected:
  CachedCatalogueTest() {
    std::vector<Product> products{{"cup", "A cup", {1'250, kEuro}, {10, 0, 0}},
                                  {"lamp", "A lamp", {4'900, kEuro}, {5, 0, 0}}};
    (void)run_to_end(io, store.seed(products));
  }

  void order_cup() {
    Draft draft = [this](const std::vector<Product>& shelf) -> Result<Drafted> {
      auto order = draft_order({"ord_1", "alice", "pm_card_visa", {{"cup", 1}}}, shelf, clock.now());
      if (!order) return fail(order);
      return Drafted{*order, {}};
    };
    PlaceRequest request{.key = {"alice", "POST /orders", "key"}, .wishes = {{"cup", 1}}, .now = clock.now()};
    ASSERT_TRUE(run_to_end(io, store.place(request, draft)));
  }
  std::int64_t cups() { return run_to_end(io, catalogue.find("cup"))->product.stock.available; }
  void hear_feed() {
    for (const FeedEvent& one : run_to_end(io, store.after(0, 100)).value()) {
      run_to_end(io, catalogue.hear(one.event, one.position));
    }
  }

  boost::asio::io_context io{1};
  core::ManualClock clock;
  telemetry::Metrics metrics;
  MemoryStore store;
  CountingCatalogue counted{store};
  cache::MemoryCache memory{clock};
  cache::InvalidationHub hub;
  cache::LocalInvalidation invalidation{hub, io.get_executor()};
  CachedCatalogue catalogue{counted, memory, invalidation, clock, metrics};
};

TEST_F(CachedCatalogueTest, ReadsTheStoreOnce) {
  EXPECT_EQ(run_to_end(io, catalogue.all())->products, run_to_end(io, catalogue.all())->products);
  EXPECT_EQ(run_to_end(io, catalogue.find("lamp"))->product, run_to_end(io, catalogue.find("lamp"))->product);

  EXPECT_EQ(counted.reads, 2);
}

TEST_F(CachedCatalogueTest, GivesWhatTheStoreGives) {
  EXPECT_EQ(run_to_end(io, catalogue.all())->products, run_to_end(io, store.all())->products);
  EXPECT_EQ(run_to_end(io, catalogue.find("cup"))->product, run_to_end(io, store.find("cup"))->product);
  EXPECT_EQ(run_to_end(io, catalogue.find("boat")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(run_to_end(io, catalogue.find("boat")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(counted.reads, 3);
}

TEST_F(CachedCatalogueTest, IsFreshAfterTheEventOfAnOrder) {
  EXPECT_EQ(cups(), 10);
  (void)run_to_end(io, catalogue.all());
  order_cup();
  EXPECT_EQ(cups(), 10) << "nothing was heard yet";

  hear_feed();

  EXPECT_EQ(cups(), 9);
  EXPECT_EQ(run_to_end(io, catalogue.all())->products.at(0).stock.available, 9);
}

TEST_F(CachedCatalogueTest, KeepsWhatAnEventDoesNotTouch) {
  (void)run_to_end(io, catalogue.find("lamp"));
  order_cup();
  hear_feed();
  const int reads = counted.reads;

  (void)run_to_end(io, catalogue.find("lamp"));

  EXPECT_EQ(counted.reads, reads);
}

}  // namespace
}  // namespace gatehouse::orders
