// What is sold, and how much of it is there. Units of stock never appear or vanish: they move between
// `available`, `reserved` and `sold`, whose sum is what was delivered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/money.hpp"
#include "core/result.hpp"

namespace gatehouse::orders {

struct Stock {
  std::int64_t available = 0;
  std::int64_t reserved = 0;  // promised to orders that are not paid yet
  std::int64_t sold = 0;

  friend bool operator==(const Stock&, const Stock&) = default;
};

struct Product {
  std::string sku;
  std::string name;
  Money price;
  Stock stock;

  friend bool operator==(const Product&, const Product&) = default;
};

// 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit.
[[nodiscard]] bool is_sku(std::string_view text);

// How the units of one order line move. The reverse of a move never creates what was not there.
enum class StockMove {
  none,
  reserve,  // available → reserved
  sell,     // reserved → sold
  release,  // reserved → available
  restock,  // sold → available
};

// `conflict`/"out_of_stock" if too little is available; `internal`/"stock_invariant" if the order holds more
// than the books say, which is a bug.
[[nodiscard]] Result<Stock> moved(const Stock& stock, StockMove move, std::int64_t quantity);

}  // namespace gatehouse::orders
