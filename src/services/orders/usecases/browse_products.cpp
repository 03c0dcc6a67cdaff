// Looks at what is sold: see browse_products.hpp.
#include "services/orders/usecases/browse_products.hpp"

namespace gatehouse::orders {

Awaitable<Result<std::vector<Product>>> BrowseProducts::all() const {
  Result<Shelf> shelf = co_await catalogue_.all();
  if (!shelf) co_return fail(shelf);
  co_return std::move(shelf->products);
}

Awaitable<Result<Product>> BrowseProducts::one(std::string sku) const {
  if (!is_sku(sku)) co_return refuse(ErrorKind::not_found, "unknown_sku");
  Result<ShelfItem> item = co_await catalogue_.find(std::move(sku));
  if (!item) co_return fail(item);
  co_return std::move(item->product);
}

}  // namespace gatehouse::orders
