// The orders service's records in SQLite as they are copied between engines: what each of them holds is the
// same in postgres_copy.
#pragma once

#include <memory>
#include <vector>

#include "data_copy/collection.hpp"
#include "services/orders/adapters/sqlite_schema.hpp"

namespace gatehouse::orders {

// Products with their stock; orders with their lines and saga; idempotency keys; the outbox by its place in
// the feed; the feed's last place.
[[nodiscard]] std::vector<std::unique_ptr<data_copy::Collection>> collections_of(OrdersDatabase& shared);

}  // namespace gatehouse::orders
