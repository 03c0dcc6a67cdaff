// Orders and their sagas in SQLite. Every write goes through the process's one write queue, so that many
// orders share one fsync; several processes may share the file.
#pragma once

#include "services/orders/adapters/sqlite_schema.hpp"
#include "services/orders/ports/order_store.hpp"
#include "services/orders/ports/saga_store.hpp"

namespace gatehouse::orders {

class SqliteOrderStore final : public OrderStore, public SagaStore {
 public:
  explicit SqliteOrderStore(OrdersDatabase& shared) : shared_(shared) {}

  [[nodiscard]] Awaitable<Result<Placed>> place(PlaceRequest request, Draft draft) override;
  [[nodiscard]] Awaitable<Result<Order>> get(std::string id, std::optional<std::string> owner,
                                             Deadline) override;
  [[nodiscard]] Awaitable<Result<OrderPage>> list(PageQuery query) override;
  [[nodiscard]] Awaitable<Result<Order>> update(std::string id, std::optional<std::string> owner,
                                                std::int64_t expected_version, core::SystemTime now,
                                                OrderChange change, Deadline) override;

  [[nodiscard]] Awaitable<Result<std::vector<SagaRun>>> claim(Lease lease, std::size_t limit,
                                                              core::SystemTime now) override;
  [[nodiscard]] Awaitable<Result<SavedStep>> save(std::string order_id, std::string holder,
                                                  core::SystemTime now, StepChange change) override;
  [[nodiscard]] Awaitable<Result<void>> release(std::string instance) override;
  [[nodiscard]] Awaitable<Result<Backlog>> backlog(core::SystemTime stuck_if_before) override;

 private:
  OrdersDatabase& shared_;
};

}  // namespace gatehouse::orders
