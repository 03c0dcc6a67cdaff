#include "services/payments/http/json_of_payment.hpp"

#include <fmt/format.h>

#include "core/clock.hpp"
#include "http/problem.hpp"

namespace gatehouse::payments {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

std::string location_of(const Payment& payment, const Attempt& attempt) {
  return fmt::format("/payments/{}{}", payment.state().id,
                     attempt.operation == Operation::refund ? "/refunds" : "");
}

std::string body_of(const Payment& payment, const Attempt& attempt) {
  const Refund* refund = payment.refund(attempt.refund_id);
  return json::serialize(refund == nullptr ? json_of(payment) : json_of(payment, *refund));
}

StoredAnswer answer(unsigned status, const Payment& payment, const Attempt& attempt) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"},
                      {"Location", location_of(payment, attempt)},
                      {"ETag", fmt::format("\"{}\"", payment.state().version)}},
          .body = body_of(payment, attempt)};
}

struct DeclineForm {
  std::string_view code;
  std::string_view detail;
};

DeclineForm decline_form(Operation operation) {
  switch (operation) {
    case Operation::charge:
      return {"card_declined", "The provider declined the payment."};
    case Operation::capture:
      return {"capture_declined", "The provider refused to capture the payment."};
    case Operation::cancel:
      return {"cancel_declined", "The provider refused to cancel the payment."};
    case Operation::refund:
      return {"refund_declined", "The provider refused the refund."};
  }
  return {"card_declined", ""};
}

StoredAnswer declined(const Payment& payment, const Attempt& attempt) {
  const DeclineForm form = decline_form(attempt.operation);
  json::object extensions{{"decline_code", attempt.decline_code}, {"payment_id", payment.state().id}};
  if (!attempt.refund_id.empty()) extensions["refund_id"] = attempt.refund_id;
  const http::Response response = http::problem_response(
      Error(ErrorKind::declined, form.code, std::string(form.detail), Origin::client), std::move(extensions));
  return {.status = response.status,
          .headers = {{"Content-Type", std::string(response.headers.get("Content-Type"))},
                      {"Location", location_of(payment, attempt)}},
          .body = response.content};
}

}  // namespace

json::object json_of(const Payment& payment) {
  const PaymentState& state = payment.state();
  return {{"id", state.id},
          {"status", name_of(state.status)},
          {"amount", state.amount.minor},
          {"currency", state.amount.currency.code()},
          {"amount_captured", state.captured},
          {"amount_refunded", state.refunded},
          {"reference", state.reference},
          {"decline_code", text_or_null(state.decline_code)},
          {"created_at", core::rfc3339(state.created_at)},
          {"updated_at", core::rfc3339(state.updated_at)},
          {"version", state.version}};
}

json::object json_of(const Payment& payment, const Refund& refund) {
  return {{"id", refund.id},
          {"payment_id", payment.state().id},
          {"status", name_of(refund.state)},
          {"amount", refund.amount.minor},
          {"currency", refund.amount.currency.code()},
          {"reason", text_or_null(refund.reason)},
          {"failure_code", text_or_null(refund.failure_code)},
          {"created_at", core::rfc3339(refund.created_at)},
          {"updated_at", core::rfc3339(refund.updated_at)}};
}

StoredAnswer JsonAnswers::verdict(const Payment& payment, const Attempt& attempt) const {
  if (attempt.state == AttemptState::declined) return declined(payment, attempt);
  const bool made_something =
      attempt.operation == Operation::charge || attempt.operation == Operation::refund;
  return answer(made_something ? 201 : 200, payment, attempt);
}

StoredAnswer JsonAnswers::interim(const Payment& payment, const Attempt& attempt) const {
  StoredAnswer accepted = answer(202, payment, attempt);
  accepted.headers.emplace_back("Retry-After", "1");
  return accepted;
}

}  // namespace gatehouse::payments
