// The provider's JSON: objects in Stripe's manner, and its error documents.
#pragma once

#include <boost/json.hpp>

#include "core/result.hpp"
#include "provider_sim/charge.hpp"

namespace gatehouse::provider_sim {

[[nodiscard]] boost::json::object json_of(const Charge& charge);
[[nodiscard]] boost::json::object json_of(const Refund& refund);
[[nodiscard]] boost::json::object json_of(const StatementLine& line);

// {"error": {"type", "code", "decline_code"?, "message", "charge"?}}
[[nodiscard]] boost::json::object card_error(const Charge& charge);
[[nodiscard]] boost::json::object request_error(std::string_view code, std::string_view message);
[[nodiscard]] boost::json::object idempotency_error();
[[nodiscard]] boost::json::object api_error();

}  // namespace gatehouse::provider_sim
