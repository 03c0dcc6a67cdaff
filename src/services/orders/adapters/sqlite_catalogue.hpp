// The catalogue in SQLite.
#pragma once

#include "services/orders/adapters/sqlite_schema.hpp"
#include "services/orders/ports/catalogue.hpp"

namespace gatehouse::orders {

class SqliteCatalogue final : public Catalogue {
 public:
  explicit SqliteCatalogue(OrdersDatabase& shared) : shared_(shared) {}

  [[nodiscard]] Awaitable<Result<Shelf>> all() override;
  [[nodiscard]] Awaitable<Result<ShelfItem>> find(std::string sku) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> seed(std::vector<Product> products) override;

 private:
  OrdersDatabase& shared_;
};

}  // namespace gatehouse::orders
