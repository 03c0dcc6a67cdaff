// Use case: look at what is sold. Anybody may.
#pragma once

#include "services/orders/ports/catalogue.hpp"

namespace gatehouse::orders {

class BrowseProducts {
 public:
  explicit BrowseProducts(Catalogue& catalogue) : catalogue_(catalogue) {}
  [[nodiscard]] Awaitable<Result<std::vector<Product>>> all() const;
  [[nodiscard]] Awaitable<Result<Product>> one(std::string sku) const;

 private:
  Catalogue& catalogue_;
};

}  // namespace gatehouse::orders
