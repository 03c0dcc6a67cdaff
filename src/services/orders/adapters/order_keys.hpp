// The wrapped data keys of the orders, alike in every SQL store, and the place that each is bound to.
#pragma once

#include "crypto/envelope.hpp"
#include "storage/key_rotation.hpp"

namespace gatehouse::orders {

inline const storage::WrappedTable kWrappedOrderKeys{"orders", "id", "data_key"};

[[nodiscard]] inline crypto::RecordName name_of_order_key(const std::string& order_id) {
  return {"orders", "orders", order_id};
}

}  // namespace gatehouse::orders
