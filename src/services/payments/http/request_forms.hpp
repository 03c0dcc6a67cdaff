// Request bodies to commands, strictly: unknown fields are refused.
#pragma once

#include <boost/json.hpp>

#include "services/payments/usecases/cancel_payment.hpp"
#include "services/payments/usecases/capture_payment.hpp"
#include "services/payments/usecases/create_payment.hpp"
#include "services/payments/usecases/refund_payment.hpp"

namespace gatehouse::payments {

// {"amount", "currency", "payment_method", "reference", "capture"?, "description"?}
[[nodiscard]] Result<CreateCommand> create_command(const boost::json::object& body);
// {"amount"?}
[[nodiscard]] Result<CaptureCommand> capture_command(std::string payment_id, const boost::json::object& body);
// {}
[[nodiscard]] Result<CancelCommand> cancel_command(std::string payment_id, const boost::json::object& body);
// {"amount"?, "reason"?}
[[nodiscard]] Result<RefundCommand> refund_command(std::string payment_id, const boost::json::object& body);

// The query of a list: nothing for an absent limit or cursor. invalid/`invalid_limit`, `invalid_cursor`.
struct ListParameters {
  std::optional<std::string> reference;
  std::optional<std::string> limit;
  std::optional<std::string> cursor;
};
[[nodiscard]] Result<ListQuery> list_query(const ListParameters& parameters);
// Where the next page begins: opaque to the client. The owner is not in it, it is part of every query.
[[nodiscard]] std::string cursor_after(const Payment& last);

}  // namespace gatehouse::payments
