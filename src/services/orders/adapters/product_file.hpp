// The file that says what is sold:
//   {"products": [{"sku": "mug", "name": "A mug", "price": 1850, "currency": "EUR", "stock": 100}]}
// Prices are minor units. Unknown keys are refused.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "services/orders/domain/product.hpp"

namespace gatehouse::orders {

// `invalid` with the path of what is wrong.
[[nodiscard]] Result<std::vector<Product>> products_in(std::string_view text);
[[nodiscard]] Result<std::vector<Product>> read_products(const std::filesystem::path& file);

}  // namespace gatehouse::orders
