// A payment as one JSON document: what a store that keeps items stores. The provider's token and the
// description are not in it: the store seals them.
#pragma once

#include <boost/json.hpp>

#include "core/result.hpp"
#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

[[nodiscard]] boost::json::object document_of(const PaymentState& state);
// internal/`stored_payment_broken`.
[[nodiscard]] Result<PaymentState> payment_of(const boost::json::object& document);

}  // namespace gatehouse::payments
