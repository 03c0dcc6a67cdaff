// For tests: the contract that every adapter of the stores keeps, and the adapters that are held to it:
// memory, SQLite and PostgreSQL, the last two also as two processes see them.
#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/memory_store.hpp"
#include "services/orders/adapters/postgres_stores.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"
#include "services/orders/adapters/sqlite_outbox.hpp"

namespace gatehouse::orders {
using runtime::kThreads;
using runtime::run_to_end;
using runtime::together;
using std::chrono::seconds;

inline const Currency kEuro = Currency::from_code("EUR").value();
inline constexpr core::SystemTime kNow{seconds{1'800'000'000}};
inline constexpr core::SystemTime kLongAgo{seconds{0}};

// The stores as one process has them. `turn` picks a process where there are several.
class Stores {
 public:
  virtual ~Stores() = default;
  virtual Catalogue& catalogue() = 0;
  virtual OrderStore& orders(std::size_t turn) = 0;
  virtual SagaStore& sagas(std::size_t turn) = 0;
  virtual Outbox& outbox() = 0;
  // The loop on which the stores live; null: they take any.
  virtual RemoteLoop* loop() { return nullptr; }
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

class PostgresStores final : public Stores {
 public:
  explicit PostgresStores(std::size_t processes) : processes_(processes) { platform_.forget_everything(); }
  Catalogue& catalogue() override { return process(0).catalogue; }
  OrderStore& orders(std::size_t turn) override { return process(turn).store; }
  SagaStore& sagas(std::size_t turn) override { return process(turn).store; }
  Outbox& outbox() override { return process(0).outbox; }
  RemoteLoop* loop() override { return &platform_.loop(); }

 private:
  PostgresProcess& process(std::size_t turn) { return platform_.process(turn % processes_); }

  PostgresPlatform& platform_ = PostgresPlatform::shared();
  std::size_t processes_;
};

struct Adapter {
  std::string_view name;
  std::unique_ptr<Stores> (*make)();
};

class StoreContract : public testing::TestWithParam<Adapter> {
 protected:
  void SetUp() override {
    const bool needs_postgres = GetParam().name.starts_with("postgres");
    if (needs_postgres && !PostgresPlatform::is_possible()) {
      GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    }
    stores_ = GetParam().make();
    std::vector<Product> products{{"cup", "A cup", {1'250, kEuro}, {100, 0, 0}},
                                  {"lamp", "A lamp", {4'900, kEuro}, {5, 0, 0}}};
    EXPECT_EQ(run(stores_->catalogue().seed(std::move(products))), 2U);
  }

  template <class T>
  T run(Awaitable<T> task) {
    RemoteLoop* const loop = stores_->loop();
    return loop == nullptr ? run_to_end(std::move(task)) : loop->run(std::move(task));
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
    return run(stores_->orders(turn).place(request_of("key-" + id, wishes), draft_as(id, wishes)));
  }
  Order get(const std::string& id) { return run(stores_->orders(0).get(id, std::nullopt)).value(); }
  Stock stock(const std::string& sku) { return run(stores_->catalogue().find(sku)).value().product.stock; }
  std::vector<SagaRun> claim(std::string holder, core::SystemTime now = kNow, std::size_t turn = 0) {
    Lease lease{std::move(holder), now + seconds{10}};
    return run(stores_->sagas(turn).claim(lease, 100, now)).value();
  }
  // Applies an outcome as the saga's worker does.
  Result<SavedStep> save(const std::string& id, const std::string& holder, Outcome outcome) {
    StepChange change = [outcome](Order& order, Saga& saga) -> Result<Step> {
      auto progress = advance(order, saga, outcome, kNow);
      if (!progress) return fail(progress);
      saga.next_run_at = kNow + seconds{5};
      return Step{*progress, std::nullopt};
    };
    return run(stores_->sagas(0).save(id, holder, kNow, change));
  }
  Result<Order> cancel(const std::string& id, std::int64_t version, std::size_t turn = 0) {
    OrderChange change = [](Order& order, Saga& saga) -> Result<void> {
      auto requested = request_cancel(order, kNow);
      if (requested) reopen(saga, order, kNow);
      return requested;
    };
    return run(stores_->orders(turn).update(id, std::nullopt, version, kNow, change));
  }

  std::unique_ptr<Stores> stores_;
};

}  // namespace gatehouse::orders
