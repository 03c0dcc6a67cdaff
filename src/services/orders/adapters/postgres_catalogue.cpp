// The catalogue in PostgreSQL: see postgres_catalogue.hpp. Products and the end of the feed are read by one
// statement, that is, as they were at one moment.
#include "services/orders/adapters/postgres_catalogue.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "services/orders/adapters/postgres_feed.hpp"
#include "services/orders/adapters/postgres_rows.hpp"

namespace gatehouse::orders {

namespace rows = postgres_rows;
using postgres::Batch;
using postgres::Repeatable;
using postgres::Rows;

Awaitable<Result<Shelf>> PostgresCatalogue::all() {
  // From the feed outwards: its end is told also when there is no product.
  Batch batch;
  batch.add(
      "SELECT sku, name, price, currency, available, reserved, sold, feed.position "
      "FROM feed LEFT JOIN products ON true ORDER BY sku LIMIT 10000");
  const Result<Rows> found = co_await read_feed(shared_.database, std::move(batch));
  if (!found) co_return fail(found);
  Shelf shelf{.position = found->integer(0, 7)};
  if (found->is_null(0, 0)) co_return shelf;
  auto products = rows::read_products(*found);
  if (!products) co_return fail(products);
  shelf.products = std::move(*products);
  co_return shelf;
}

Awaitable<Result<ShelfItem>> PostgresCatalogue::find(std::string sku) {
  Batch batch;
  batch.add(
      "SELECT sku, name, price, currency, available, reserved, sold, feed.position "
      "FROM products, feed WHERE sku = $1",
      sku);
  const Result<Rows> found = co_await read_feed(shared_.database, std::move(batch));
  if (!found) co_return fail(found);
  if (found->empty()) co_return refuse(ErrorKind::not_found, "unknown_sku");
  Result<Product> product = rows::read_product(*found, 0);
  if (!product) co_return fail(product);
  co_return ShelfItem{std::move(*product), found->integer(0, 7)};
}

Awaitable<Result<std::size_t>> PostgresCatalogue::seed(std::vector<Product> products) {
  // By SKU: of two processes that start together neither waits for what the other holds.
  std::ranges::sort(products, {}, &Product::sku);
  Batch batch;
  for (const Product& product : products) {
    const Stock& stock = product.stock;
    batch.add(
        "INSERT INTO products (sku, name, price, currency, available, reserved, sold, delivered) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (sku) DO NOTHING",
        product.sku, product.name, product.price.minor, product.price.currency.code(), stock.available,
        stock.reserved, stock.sold, stock.available + stock.reserved + stock.sold);
  }
  const auto added = co_await shared_.database.run(std::move(batch), Repeatable::yes);
  if (!added) co_return fail(added);
  std::size_t count = 0;
  for (const Rows& one : *added) count += static_cast<std::size_t>(one.affected());
  co_return count;
}

}  // namespace gatehouse::orders
