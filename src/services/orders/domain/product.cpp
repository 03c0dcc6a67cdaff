// The rules of stock: see product.hpp.
#include "services/orders/domain/product.hpp"

#include <algorithm>

namespace gatehouse::orders {
namespace {

constexpr std::size_t kSkuBytesMax = 64;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Result<Stock> take(const Stock& stock, std::int64_t Stock::* from, std::int64_t Stock::* to,
                   std::int64_t quantity) {
  Stock after = stock;
  after.*from -= quantity;
  after.*to += quantity;
  if (quantity < 0 || after.*from < 0) return fail(ErrorKind::internal, "stock_invariant");
  return after;
}

}  // namespace

bool is_sku(std::string_view text) {
  if (text.empty() || text.size() > kSkuBytesMax || !is_letter_or_digit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

Result<Stock> moved(const Stock& stock, StockMove move, std::int64_t quantity) {
  switch (move) {
    case StockMove::none:
      return stock;
    case StockMove::reserve:
      if (quantity > stock.available) return refuse(ErrorKind::conflict, "out_of_stock");
      return take(stock, &Stock::available, &Stock::reserved, quantity);
    case StockMove::sell:
      return take(stock, &Stock::reserved, &Stock::sold, quantity);
    case StockMove::release:
      return take(stock, &Stock::reserved, &Stock::available, quantity);
    case StockMove::restock:
      return take(stock, &Stock::sold, &Stock::available, quantity);
  }
  return fail(ErrorKind::internal, "stock_invariant");
}

}  // namespace gatehouse::orders
