// The catalogue in SQLite: see sqlite_catalogue.hpp.
#include "services/orders/adapters/sqlite_catalogue.hpp"

#include "services/orders/adapters/sqlite_rows.hpp"

namespace gatehouse::orders {

using sqlite::Connection;

Awaitable<Result<Shelf>> SqliteCatalogue::all() {
  auto work = [](Connection& connection) {
    return sqlite::snapshot(connection, [&]() -> Result<Shelf> {
      auto products = rows::all_products(connection);
      if (!products) return fail(products);
      const auto position = rows::feed_position(connection);
      if (!position) return fail(position);
      return Shelf{std::move(*products), *position};
    });
  };
  co_return co_await shared_.database.read(std::move(work));
}

Awaitable<Result<ShelfItem>> SqliteCatalogue::find(std::string sku) {
  auto work = [sku = std::move(sku)](Connection& connection) {
    return sqlite::snapshot(connection, [&]() -> Result<ShelfItem> {
      auto found = rows::find_product(connection, sku);
      if (!found) return fail(found);
      if (!*found) return refuse(ErrorKind::not_found, "unknown_sku");
      const auto position = rows::feed_position(connection);
      if (!position) return fail(position);
      return ShelfItem{std::move(**found), *position};
    });
  };
  co_return co_await shared_.database.read(std::move(work));
}

Awaitable<Result<std::size_t>> SqliteCatalogue::seed(std::vector<Product> products) {
  auto work = [products = std::move(products)](Connection& connection) -> Result<std::size_t> {
    std::size_t count = 0;
    for (const Product& product : products) {
      const Result<bool> added = rows::add_product(connection, product);
      if (!added) return fail(added);
      if (*added) ++count;
    }
    return count;
  };
  co_return co_await shared_.database.write(std::move(work));
}

}  // namespace gatehouse::orders
