// From a request to its mark: the scope of its Idempotency-Key and the fingerprint of its content.
#pragma once

#include <string>
#include <string_view>

#include "core/json.hpp"
#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

struct MarkedRequest {
  std::string principal;
  std::string_view method;
  std::string_view route;  // "/payments/{id}/capture"
  std::string object;      // the id in the path, if there is one
  const json::object& body;
};
[[nodiscard]] RequestMark mark_of(const MarkedRequest& request, std::string_view key);

}  // namespace gatehouse::payments
