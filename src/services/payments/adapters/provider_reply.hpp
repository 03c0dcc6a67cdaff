// Reads what the provider answered: pure rules from status and body to an outcome.
#pragma once

#include <string_view>

#include "http/client.hpp"
#include "services/payments/ports/payment_provider.hpp"

namespace gatehouse::payments {

// The answer to a POST that carried the instruction's key.
[[nodiscard]] Outcome outcome_of(const http::Reply& reply, const Instruction& instruction);
// The answer to the look-up that `look_up_path` asks for.
[[nodiscard]] Finding finding_of(const http::Reply& reply, const Instruction& instruction);
// Charges and refunds are found by the key they were made under; a capture or a void shows in its charge.
[[nodiscard]] std::string look_up_path(const Instruction& instruction);

}  // namespace gatehouse::payments
