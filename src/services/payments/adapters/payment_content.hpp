// A payment as it is copied between engines: its document, and in clear what stores seal.
#pragma once

#include "core/json.hpp"
#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

[[nodiscard]] json::object content_of(const PaymentState& state);
// `record_unreadable` (internal); of the document.
[[nodiscard]] Result<Payment> payment_in(json::object content);

}  // namespace gatehouse::payments
