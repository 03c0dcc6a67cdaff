// All stores of the orders service in memory: for tests, and for a demonstration that leaves nothing behind.
// It keeps every promise of the ports but one: what it holds ends with the process.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "services/orders/ports/catalogue.hpp"
#include "services/orders/ports/order_store.hpp"
#include "services/orders/ports/outbox.hpp"
#include "services/orders/ports/saga_store.hpp"

namespace gatehouse::orders {

class MemoryStore final : public Catalogue, public OrderStore, public SagaStore, public Outbox {
 public:
  [[nodiscard]] Awaitable<Result<Shelf>> all() override;
  [[nodiscard]] Awaitable<Result<ShelfItem>> find(std::string sku) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> seed(std::vector<Product> products) override;

  [[nodiscard]] Awaitable<Result<Placed>> place(PlaceRequest request, Draft draft) override;
  [[nodiscard]] Awaitable<Result<Order>> get(std::string id, std::optional<std::string> owner,
                                             Deadline deadline = Deadline::never()) override;
  [[nodiscard]] Awaitable<Result<OrderPage>> list(PageQuery query) override;
  [[nodiscard]] Awaitable<Result<Order>> update(std::string id, std::optional<std::string> owner,
                                                std::int64_t expected_version, core::SystemTime now,
                                                OrderChange change,
                                                Deadline deadline = Deadline::never()) override;

  [[nodiscard]] Awaitable<Result<std::vector<SagaRun>>> claim(Lease lease, std::size_t limit,
                                                              core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<SavedStep>> save(std::string order_id, std::string holder,
                                                  core::SystemTime now, StepChange change) override;
  [[nodiscard]] Awaitable<Result<void>> release(std::string instance) override;
  [[nodiscard]] Awaitable<Result<Backlog>> backlog(core::SystemTime stuck_if_before) override;

  [[nodiscard]] Awaitable<Result<std::vector<PendingEvent>>> claim(core::SystemTime held_until,
                                                                   std::size_t limit,
                                                                   core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<void>> record(std::vector<Delivery> deliveries,
                                               core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<std::vector<FeedEvent>>> after(std::int64_t position,
                                                                std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> end() override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> pending() override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> purge(core::SystemTime before, std::size_t limit) override;

 private:
  struct KeptReply {
    std::string fingerprint;
    StoredReply reply;
    core::SystemTime created_at;
  };
  struct KeptSaga {
    Saga saga;
    std::string holder;  // empty: free
  };
  struct KeptEvent {
    std::int64_t sequence;
    PendingEvent pending;
    core::SystemTime due_at;
    bool is_delivered = false;
  };
  using ReplyName = std::tuple<std::string, std::string, std::string>;

  // The body of each call, under the lock.
  Result<Placed> place_now(const PlaceRequest& request, const Draft& draft);
  Result<void> move_stock(const Order& order, StockMove move);
  void emit(const Order& order, const std::string& traceparent, core::SystemTime now);

  std::mutex mutex_;  // callers may live on several threads; no call suspends while it holds this
  std::map<std::string, Product, std::less<>> products_;
  std::map<std::string, Order, std::less<>> orders_;
  std::map<std::string, KeptSaga, std::less<>> sagas_;
  std::map<ReplyName, KeptReply> replies_;
  std::vector<KeptEvent> events_;
  std::int64_t last_sequence_ = 0;
};

}  // namespace gatehouse::orders
