// The catalogue in PostgreSQL.
#pragma once

#include "services/orders/adapters/postgres_schema.hpp"
#include "services/orders/ports/catalogue.hpp"

namespace gatehouse::orders {

class PostgresCatalogue final : public Catalogue {
 public:
  explicit PostgresCatalogue(OrdersCluster& shared) : shared_(shared) {}

  [[nodiscard]] Awaitable<Result<Shelf>> all() override;
  [[nodiscard]] Awaitable<Result<ShelfItem>> find(std::string sku) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> seed(std::vector<Product> products) override;

 private:
  OrdersCluster& shared_;
};

}  // namespace gatehouse::orders
