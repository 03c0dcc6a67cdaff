// The outbox in PostgreSQL.
#pragma once

#include "services/orders/adapters/postgres_schema.hpp"
#include "services/orders/ports/outbox.hpp"

namespace gatehouse::orders {

class PostgresOutbox final : public Outbox {
 public:
  explicit PostgresOutbox(OrdersCluster& shared) : shared_(shared) {}

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
  OrdersCluster& shared_;
};

}  // namespace gatehouse::orders
