// One damaged order is an error by itself: lists, sagas and the rotation of keys go on without it.
#include <filesystem>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/order_keys.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"
#include "storage/sqlite/wrapped_rows.hpp"

namespace gatehouse::orders {
namespace {

using runtime::run_to_end;

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
const Currency kEuro = Currency::from_code("EUR").value();

class DamagedOrder : public testing::Test {
 protected:
  DamagedOrder() {
    std::vector<Product> products{{"cup", "A cup", {1'250, kEuro}, {50, 0, 0}}};
    EXPECT_TRUE(run_to_end(SqliteCatalogue(shared_).seed(std::move(products))));
    for (const char* id : {"ord_1", "ord_2", "ord_3"}) place(id);
    const auto damage = [](sqlite::Connection& connection) {
      return connection.run("UPDATE orders SET payment_method = x'e502010203' WHERE id = 'ord_2'");
    };
    EXPECT_TRUE(run_to_end(shared_.database.write(damage)));
  }
  ~DamagedOrder() override { std::filesystem::remove_all(folder_); }

  void place(const std::string& id) {
    Draft draft = [id](const std::vector<Product>& shelf) -> Result<Drafted> {
      auto order = draft_order({id, "alice", "pm_card_visa", {{"cup", 1}}}, shelf, kNow);
      if (!order) return fail(order);
      return Drafted{*order, {201, "", "", "{}"}};
    };
    PlaceRequest request{.key = {"alice", "POST /orders", id}, .wishes = {{"cup", 1}}, .now = kNow};
    EXPECT_TRUE(run_to_end(store_.place(std::move(request), std::move(draft))));
  }
  static std::filesystem::path make_folder() {
    auto folder = std::filesystem::temp_directory_path() / ("orders-damaged-" + core::random_token(8));
    std::filesystem::create_directories(folder);
    return folder;
  }

  std::filesystem::path folder_ = make_folder();
  std::shared_ptr<crypto::LiveKeyRing> ring_ = std::make_shared<crypto::LiveKeyRing>(
      std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh()));
  runtime::BlockingPool pool_{"orders-test"};
  OrdersDatabase shared_{open_orders_database(folder_ / "orders.db").value(), pool_,
                         crypto::Envelope(std::shared_ptr<const crypto::LiveKeyRing>(ring_))};
  SqliteOrderStore store_{shared_};
};

TEST_F(DamagedOrder, IsAnErrorThatNamesItAndIsLeftOutOfLists) {
  const auto damaged = run_to_end(store_.get("ord_2", "alice", Deadline::never()));
  EXPECT_EQ(damaged.error().reason, "ciphertext_rejected");
  EXPECT_NE(damaged.error().detail.find("ord_2"), std::string::npos) << damaged.error().detail;
  EXPECT_TRUE(run_to_end(store_.get("ord_1", "alice", Deadline::never())));

  const auto page = run_to_end(store_.list({.limit = 2})).value();
  ASSERT_EQ(page.orders.size(), 2U) << "the page is full all the same";
  EXPECT_EQ(page.orders[0].id, "ord_3");
  EXPECT_EQ(page.orders[1].id, "ord_1");
  EXPECT_FALSE(page.has_more);
}

TEST_F(DamagedOrder, DoesNotKeepTheSagasOfTheOthersWaiting) {
  const Lease lease{"orders-1#a", kNow + std::chrono::seconds{10}};
  const auto claimed = run_to_end(store_.claim(lease, 10, kNow)).value();
  ASSERT_EQ(claimed.size(), 2U);
  EXPECT_TRUE(run_to_end(store_.claim(lease, 10, kNow))->empty()) << "it waits for the end of the lease";
}

TEST_F(DamagedOrder, IsRewrappedLikeTheOthersForItsKeyIsWhole) {
  sqlite::SqliteWrappedRows rows(shared_.database, kWrappedOrderKeys);
  storage::RewrapRows rewrap(rows, shared_.envelope, name_of_order_key);
  ring_->replace(ring_->snapshot()->announced()->promoted());
  EXPECT_EQ(run_to_end(rewrap.advance("", 10))->done, 3U);
  ring_->replace(ring_->snapshot()->without({1}));
  EXPECT_TRUE(run_to_end(store_.get("ord_1", "alice", Deadline::never())));
}

}  // namespace
}  // namespace gatehouse::orders
