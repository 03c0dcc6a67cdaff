// Request bodies to commands, strictly: unknown fields are refused.
#pragma once

#include <boost/json.hpp>

#include "service/page_cursor.hpp"
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

// The query of a list: nothing for what is absent. `list` names the list for its cursors.
// invalid/`invalid_limit`, `invalid_cursor`.
struct ListParameters {
  std::optional<std::string> reference;
  std::optional<std::string> limit;
  std::optional<std::string> cursor;
};
[[nodiscard]] Result<ListQuery> list_query(const ListParameters& parameters,
                                           const service::PageCursor& cursors, std::string_view list);

}  // namespace gatehouse::payments
