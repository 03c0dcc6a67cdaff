// Cursors of lists: opaque to the client, signed, and good only for the list that they came from.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "services/orders/ports/order_store.hpp"

namespace gatehouse::orders {

class PageCursor {
 public:
  explicit PageCursor(Secret key) : key_(std::move(key)) {}

  // `list` names the list: its owner and its filters.
  [[nodiscard]] std::string after(const Order& last, std::string_view list) const;
  // `invalid`/"invalid_cursor" for anything that after() has not given for this list.
  [[nodiscard]] Result<PagePosition> position(std::string_view cursor, std::string_view list) const;

 private:
  [[nodiscard]] std::string signature(std::string_view position, std::string_view list) const;

  Secret key_;
};

}  // namespace gatehouse::orders
