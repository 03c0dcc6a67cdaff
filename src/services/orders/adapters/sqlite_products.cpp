// Rows of products and their stock: see sqlite_rows.hpp.
#include <fmt/format.h>

#include "services/orders/adapters/sqlite_rows.hpp"

namespace gatehouse::orders::rows {
namespace {

using storage::sqlite::Row;

Result<Product> read_product(const Row& row) {
  const Result<Currency> currency = Currency::from_code(row.text(3));
  if (!currency) return fail(ErrorKind::internal, "database_corrupt", "a product has an unknown currency");
  return Product{.sku = row.text(0),
                 .name = row.text(1),
                 .price = {row.integer(2), *currency},
                 .stock = {row.integer(4), row.integer(5), row.integer(6)}};
}

// Takes nothing that is not there: the condition and the change are one statement.
std::string_view statement_of(StockMove move) {
  switch (move) {
    case StockMove::none:
      break;
    case StockMove::reserve:
      return "UPDATE products SET available = available - ?1, reserved = reserved + ?1 "
             "WHERE sku = ?2 AND available >= ?1";
    case StockMove::sell:
      return "UPDATE products SET reserved = reserved - ?1, sold = sold + ?1 WHERE sku = ?2 AND reserved >= "
             "?1";
    case StockMove::release:
      return "UPDATE products SET reserved = reserved - ?1, available = available + ?1 "
             "WHERE sku = ?2 AND reserved >= ?1";
    case StockMove::restock:
      return "UPDATE products SET sold = sold - ?1, available = available + ?1 WHERE sku = ?2 AND sold >= ?1";
  }
  return {};
}

}  // namespace

Result<std::optional<Product>> find_product(Connection& connection, const std::string& sku) {
  return connection.one(
      "SELECT sku, name, price, currency, available, reserved, sold FROM products WHERE sku = ?",
      read_product, sku);
}

Result<std::vector<Product>> all_products(Connection& connection) {
  return connection.all(
      "SELECT sku, name, price, currency, available, reserved, sold FROM products ORDER BY sku LIMIT 10000",
      read_product);
}

Result<bool> add_product(Connection& connection, const Product& product) {
  const Stock& stock = product.stock;
  auto added = connection.run(
      "INSERT OR IGNORE INTO products (sku, name, price, currency, available, reserved, sold, delivered) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      product.sku, product.name, product.price.minor, product.price.currency.code(), stock.available,
      stock.reserved, stock.sold, stock.available + stock.reserved + stock.sold);
  if (!added) return fail(added);
  return *added == 1;
}

Result<void> move_stock(Connection& connection, const Order& order, StockMove move) {
  if (move == StockMove::none) return {};
  for (const OrderLine& line : order.lines) {
    auto changed = connection.run(statement_of(move), line.quantity, line.sku);
    if (!changed) return fail(changed);
    if (*changed == 1) continue;
    if (move == StockMove::reserve) {
      return refuse(ErrorKind::conflict, "out_of_stock", fmt::format("{} is sold out", line.sku));
    }
    return fail(ErrorKind::internal, "stock_invariant", fmt::format("{} of order {}", line.sku, order.id));
  }
  return {};
}

}  // namespace gatehouse::orders::rows
