// Looks at what is sold: see browse_products.hpp.
#include "services/orders/usecases/browse_products.hpp"

namespace gatehouse::orders {

Awaitable<Result<std::vector<Product>>> BrowseProducts::all() const {
  co_return co_await catalogue_.all();
}

Awaitable<Result<Product>> BrowseProducts::one(std::string sku) const {
  if (!is_sku(sku)) co_return refuse(ErrorKind::not_found, "unknown_sku");
  co_return co_await catalogue_.find(std::move(sku));
}

}  // namespace gatehouse::orders
