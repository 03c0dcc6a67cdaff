// The payment method of an order, which every store seals, between a row and a record that is copied.
#pragma once

#include <string>
#include <string_view>

#include "core/json.hpp"
#include "services/orders/adapters/order_keys.hpp"

namespace gatehouse::orders {

inline constexpr std::string_view kMethodField = "payment_method";

// The wrapped key and the sealed method, as rows hold them.
struct SealedMethod {
  std::string data_key;
  std::string payment_method;
};

// Errors of Envelope.
[[nodiscard]] Result<SealedMethod> seal_method(const crypto::Envelope& envelope, const std::string& order_id,
                                               std::string_view method);
[[nodiscard]] Result<std::string> open_method(const crypto::Envelope& envelope, const std::string& order_id,
                                              const SealedMethod& sealed);

// Takes the method out of a record's content, sealed. `record_unreadable` (internal) if it has none.
[[nodiscard]] Result<SealedMethod> take_method(const crypto::Envelope& envelope, const std::string& order_id,
                                               json::object& content);

}  // namespace gatehouse::orders
