// How many orders a second one process puts on disk: many are placed at once and share an fsync.
#include <ctime>
#include <filesystem>
#include <memory>

#include <benchmark/benchmark.h>

#include "core/ids.hpp"
#include "runtime/task_group.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"

namespace gatehouse::orders {
namespace {

struct Store {
  Store() : folder(std::filesystem::temp_directory_path() / ("orders-bench-" + core::random_token(8))) {
    std::filesystem::create_directories(folder);
    const auto ring = std::make_shared<const crypto::KeyRing>(
        crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value());
    shared = std::make_unique<OrdersDatabase>(open_orders_database(folder / "orders.db").value(), pool,
                                              crypto::Envelope(ring));
    orders = std::make_unique<SqliteOrderStore>(*shared);
    const Currency euro = Currency::from_code("EUR").value();
    std::vector<Product> products{{"cup", "A cup", {1'250, euro}, {1'000'000'000, 0, 0}},
                                  {"lamp", "A lamp", {4'900, euro}, {1'000'000'000, 0, 0}}};
    SqliteCatalogue catalogue(*shared);
    if (!runtime::run_to_end(catalogue.seed(std::move(products)))) std::abort();
  }
  ~Store() {
    orders = nullptr;
    shared = nullptr;
    std::filesystem::remove_all(folder);
  }

  std::filesystem::path folder;
  runtime::BlockingPool pool{"orders-bench"};
  std::unique_ptr<OrdersDatabase> shared;
  std::unique_ptr<SqliteOrderStore> orders;
};

Awaitable<> place_one(OrderStore& store) {
  const core::SystemTime now = core::SystemClock().now();
  const std::string id = core::prefixed_id("ord", now);
  const std::vector<Wish> wishes{{"cup", 2}, {"lamp", 1}};
  Draft draft = [id, wishes, now](const std::vector<Product>& products) -> Result<Drafted> {
    auto order = draft_order({id, "alice", "pm_card_visa", wishes}, products, now);
    if (!order) return fail(order);
    return Drafted{std::move(*order), {201, "/orders/" + id, "\"1\"", std::string(300, 'x')}};
  };
  PlaceRequest request{.key = {"alice", "POST /orders", core::uuid_v4()},
                       .fingerprint = std::string(32, 'f'),
                       .wishes = wishes,
                       .lease = Lease{"bench/1", now + std::chrono::hours{1}},
                       .now = now};
  const auto placed = co_await store.place(std::move(request), std::move(draft));
  if (!placed) std::abort();
}

void place_orders(benchmark::State& state) {
  Store store;
  boost::asio::io_context io{1};
  const auto commits_before = store.shared->database.writes().commits();
  const std::clock_t cpu_before = std::clock();  // of all threads
  for (auto _ : state) {
    runtime::TaskGroup tasks(io.get_executor());
    for (std::int64_t i = 0; i < state.range(0); ++i) tasks.spawn("place", place_one(*store.orders));
    (void)runtime::run_to_end(io, tasks.join(Deadline::never()));
  }
  const auto placed = state.iterations() * state.range(0);
  state.SetItemsProcessed(placed);
  state.counters["cpu_us_per_order"] =
      static_cast<double>(std::clock() - cpu_before) * 1e6 / CLOCKS_PER_SEC / static_cast<double>(placed);
  state.counters["orders_per_commit"] =
      static_cast<double>(placed) /
      static_cast<double>(store.shared->database.writes().commits() - commits_before);
}
BENCHMARK(place_orders)->Arg(1)->Arg(20)->Arg(100)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace gatehouse::orders
