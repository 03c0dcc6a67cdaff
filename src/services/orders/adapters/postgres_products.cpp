// Rows of products and their stock: see postgres_rows.hpp.
#include <fmt/format.h>

#include "services/orders/adapters/postgres_rows.hpp"

namespace gatehouse::orders::postgres_rows {
namespace {

// Takes nothing that is not there: the condition and the change are one statement.
std::string_view statement_of(StockMove move) {
  switch (move) {
    case StockMove::none:
      break;
    case StockMove::reserve:
      return "UPDATE products SET available = available - $1, reserved = reserved + $1 "
             "WHERE sku = $2 AND available >= $1";
    case StockMove::sell:
      return "UPDATE products SET reserved = reserved - $1, sold = sold + $1 "
             "WHERE sku = $2 AND reserved >= $1";
    case StockMove::release:
      return "UPDATE products SET reserved = reserved - $1, available = available + $1 "
             "WHERE sku = $2 AND reserved >= $1";
    case StockMove::restock:
      return "UPDATE products SET sold = sold - $1, available = available + $1 "
             "WHERE sku = $2 AND sold >= $1";
  }
  return {};
}

}  // namespace

Result<Product> read_product(const Rows& rows, std::size_t row) {
  const Result<Currency> currency = Currency::from_code(rows.view(row, 3));
  if (!currency) return fail(ErrorKind::internal, "database_corrupt", "a product has an unknown currency");
  return Product{.sku = rows.text(row, 0),
                 .name = rows.text(row, 1),
                 .price = {rows.integer(row, 2), *currency},
                 .stock = {rows.integer(row, 4), rows.integer(row, 5), rows.integer(row, 6)}};
}

Result<std::vector<Product>> read_products(const Rows& rows) {
  std::vector<Product> products;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Result<Product> product = read_product(rows, row);
    if (!product) return fail(product);
    products.push_back(std::move(*product));
  }
  return products;
}

void add_products(Batch& batch, const std::vector<std::string>& skus) {
  static const std::string sql =
      fmt::format("SELECT {} FROM products WHERE sku = ANY ($1) ORDER BY sku", kProductColumns);
  batch.add(sql, skus);
}

void add_stock_moves(Batch& batch, const Order& order, StockMove move) {
  if (move == StockMove::none) return;
  for (const OrderLine& line : order.lines) batch.add(statement_of(move), line.quantity, line.sku);
}

Result<void> check_stock(const std::vector<Rows>& rows, std::size_t first, const Order& order,
                         StockMove move) {
  if (move == StockMove::none) return {};
  for (const OrderLine& line : order.lines) {
    if (rows.at(first++).affected() == 1) continue;
    if (move == StockMove::reserve) {
      return refuse(ErrorKind::conflict, "out_of_stock", fmt::format("{} is sold out", line.sku));
    }
    return fail(ErrorKind::internal, "stock_invariant", fmt::format("{} of order {}", line.sku, order.id));
  }
  return {};
}

}  // namespace gatehouse::orders::postgres_rows
