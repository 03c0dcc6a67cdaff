// Orders that are placed together share their commits: one fsync for many of them.
#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/task_group.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"

namespace gatehouse::orders {
namespace {

using runtime::run_to_end;

constexpr std::size_t kOrders = 100;
constexpr core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};

Awaitable<> place_one(OrderStore& store, std::string id, std::size_t& placed) {
  Draft draft = [id](const std::vector<Product>& products) -> Result<Drafted> {
    auto order = draft_order({id, "alice", "pm_card_visa", {{"cup", 1}}}, products, kNow);
    if (!order) return fail(order);
    return Drafted{std::move(*order), {201, "", "", "{}"}};
  };
  PlaceRequest request{.key = {"alice", "POST /orders", id}, .wishes = {{"cup", 1}}, .now = kNow};
  const auto result = co_await store.place(std::move(request), std::move(draft));
  if (result) ++placed;
}

TEST(GroupCommit, AHundredOrdersPlacedTogetherShareTheirCommits) {
  const auto folder = std::filesystem::temp_directory_path() / ("orders-commit-" + core::random_token(8));
  std::filesystem::create_directories(folder);
  {
    runtime::BlockingPool pool("orders-commit");
    auto ring = std::make_shared<const crypto::KeyRing>(
        crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value());
    OrdersDatabase shared(open_orders_database(folder / "orders.db").value(), pool, crypto::Envelope(ring));
    SqliteOrderStore store(shared);
    SqliteCatalogue catalogue(shared);
    std::vector<Product> products{
        {"cup", "A cup", {1'250, Currency::from_code("EUR").value()}, {1'000, 0, 0}}};
    ASSERT_TRUE(run_to_end(catalogue.seed(std::move(products))));
    const auto before = shared.database.writes().commits();
    boost::asio::io_context io{1};
    runtime::TaskGroup tasks(io.get_executor());
    std::size_t placed = 0;

    for (std::size_t i = 0; i < kOrders; ++i) {
      tasks.spawn("place", place_one(store, "ord_" + std::to_string(i), placed));
    }
    (void)run_to_end(io, tasks.join(Deadline::never()));

    EXPECT_EQ(placed, kOrders);
    EXPECT_LT(shared.database.writes().commits() - before, kOrders / 4);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace gatehouse::orders
