// Port: the products that can be ordered.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/awaitable.hpp"
#include "services/orders/domain/product.hpp"

namespace gatehouse::orders {

// What was read, and how far the feed of events had come by then: every move of stock up to there is in it,
// and every later one comes with a later event.
struct ShelfItem {
  Product product;
  std::int64_t position = 0;
};
struct Shelf {
  std::vector<Product> products;  // by SKU
  std::int64_t position = 0;
};

class Catalogue {
 public:
  virtual ~Catalogue() = default;

  [[nodiscard]] virtual Awaitable<Result<Shelf>> all() = 0;
  // `not_found`/"unknown_sku".
  [[nodiscard]] virtual Awaitable<Result<ShelfItem>> find(std::string sku) = 0;
  // Adds the products that are not there yet; those that are keep their price and stock. How many were added.
  [[nodiscard]] virtual Awaitable<Result<std::size_t>> seed(std::vector<Product> products) = 0;
};

}  // namespace gatehouse::orders
