#include "provider_sim/forms.hpp"

namespace gatehouse::provider_sim {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

}  // namespace

json::object json_of(const Charge& charge) {
  return {{"id", charge.id},
          {"object", "charge"},
          {"status", charge.status},
          {"amount", charge.amount.minor},
          {"amount_captured", charge.captured},
          {"amount_refunded", charge.refunded},
          {"currency", charge.amount.currency.code()},
          {"payment_method", charge.payment_method},
          {"reference", charge.reference},
          {"payment_id", charge.payment_id},
          {"decline_code", text_or_null(charge.decline_code)},
          {"created", core::unix_seconds(charge.created_at)}};
}

json::object json_of(const Refund& refund) {
  return {{"id", refund.id},
          {"object", "refund"},
          {"status", refund.status},
          {"charge", refund.charge},
          {"amount", refund.amount.minor},
          {"currency", refund.amount.currency.code()},
          {"created", core::unix_seconds(refund.created_at)}};
}

json::object json_of(const StatementLine& line) {
  return {{"sequence", line.sequence},
          {"at", core::rfc3339(line.at)},
          {"type", line.type},
          {"charge", line.charge},
          {"refund", text_or_null(line.refund)},
          {"amount", line.amount.minor},
          {"net", line.net},
          {"currency", line.amount.currency.code()},
          {"reference", line.reference},
          {"payment_id", line.payment_id}};
}

json::object card_error(const Charge& charge) {
  return {{"error", json::object{{"type", "card_error"},
                                 {"code", "card_declined"},
                                 {"decline_code", charge.decline_code},
                                 {"message", "Your card was declined."},
                                 {"charge", charge.id}}}};
}

json::object request_error(std::string_view code, std::string_view message) {
  return {{"error", json::object{{"type", "invalid_request_error"}, {"code", code}, {"message", message}}}};
}

json::object idempotency_error() {
  return {{"error",
           json::object{
               {"type", "idempotency_error"},
               {"message",
                "Keys for idempotent requests can only be used with the same endpoint and parameters that "
                "they were first used with."}}}};
}

json::object api_error() {
  return {{"error", json::object{{"type", "api_error"}, {"message", "Something went wrong on our end."}}}};
}

}  // namespace gatehouse::provider_sim
