// What lies on disk: the payment method only sealed.
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"

namespace gatehouse::orders {
namespace {

using runtime::run_to_end;

std::string bytes_in(const std::filesystem::path& folder) {
  std::ostringstream all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
  }
  return all.str();
}

TEST(OrdersAtRest, ThePaymentMethodIsNowhereInTheFiles) {
  const auto folder = std::filesystem::temp_directory_path() / ("orders-rest-" + core::random_token(8));
  std::filesystem::create_directories(folder);
  const Currency euro = Currency::from_code("EUR").value();
  const auto ring = std::make_shared<const crypto::KeyRing>(
      crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value());
  {
    runtime::BlockingPool pool("orders-rest-test");
    OrdersDatabase shared(open_orders_database(folder / "orders.db").value(), pool, crypto::Envelope(ring));
    SqliteCatalogue catalogue(shared);
    SqliteOrderStore store(shared);
    std::vector<Product> products{{"cup", "A cup", {1'250, euro}, {5, 0, 0}}};
    ASSERT_TRUE(run_to_end(catalogue.seed(products)));
    const core::SystemTime now{std::chrono::seconds{1'800'000'000}};
    Draft draft = [now](const std::vector<Product>& shelf) -> Result<Drafted> {
      auto order = draft_order({"ord_1", "alice", "pm_canary_7f3a91", {{"cup", 1}}}, shelf, now);
      if (!order) return fail(order);
      return Drafted{*order, {201, "", "", "{}"}};
    };
    PlaceRequest request{.key = {"alice", "POST /orders", "key-1"}, .wishes = {{"cup", 1}}, .now = now};
    ASSERT_TRUE(run_to_end(store.place(request, draft)));

    EXPECT_EQ(run_to_end(store.get("ord_1", "alice", Deadline::never()))->payment_method, "pm_canary_7f3a91");
    EXPECT_NE(bytes_in(folder).find("ord_1"), std::string::npos);
    EXPECT_EQ(bytes_in(folder).find("pm_canary"), std::string::npos);
  }
  EXPECT_EQ(bytes_in(folder).find("pm_canary"), std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace gatehouse::orders
