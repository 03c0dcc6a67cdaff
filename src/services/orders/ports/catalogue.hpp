// Port: the products that can be ordered.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/awaitable.hpp"
#include "services/orders/domain/product.hpp"

namespace gatehouse::orders {

class Catalogue {
 public:
  virtual ~Catalogue() = default;

  // All of them, by SKU.
  [[nodiscard]] virtual Awaitable<Result<std::vector<Product>>> all() = 0;
  // `not_found`/"unknown_sku".
  [[nodiscard]] virtual Awaitable<Result<Product>> find(std::string sku) = 0;
  // Adds the products that are not there yet; those that are keep their price and stock. How many were added.
  [[nodiscard]] virtual Awaitable<Result<std::size_t>> seed(std::vector<Product> products) = 0;
};

}  // namespace gatehouse::orders
