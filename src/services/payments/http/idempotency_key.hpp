// From a request to its mark: the scope of its Idempotency-Key and the fingerprint of its content.
// draft-ietf-httpapi-idempotency-key-header; the quoted and the bare spelling of a key are the same key.
#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/result.hpp"
#include "http/headers.hpp"
#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

// 16 to 255 visible ASCII characters. invalid/`idempotency_key_missing`, `idempotency_key_malformed`.
[[nodiscard]] Result<std::string> idempotency_key_of(const http::Headers& headers);

struct MarkedRequest {
  std::string principal;
  std::string_view method;
  std::string_view route;  // "/payments/{id}/capture"
  std::string object;      // the id in the path, if there is one
  const boost::json::object& body;
};
[[nodiscard]] RequestMark mark_of(const MarkedRequest& request, std::string_view key);

// The same for every spelling of a JSON value: keys in order, no spaces.
[[nodiscard]] std::string canonical(const boost::json::value& value);

}  // namespace gatehouse::payments
