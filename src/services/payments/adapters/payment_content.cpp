#include "services/payments/adapters/payment_content.hpp"

#include "services/payments/adapters/payment_document.hpp"

namespace gatehouse::payments {
namespace {

constexpr std::string_view kMethod = "payment_method";
constexpr std::string_view kDescription = "description";

}  // namespace

json::object content_of(const PaymentState& state) {
  json::object content = document_of(state);
  content[kMethod] = state.payment_method.reveal();
  content[kDescription] = state.description.reveal();
  return content;
}

Result<Payment> payment_in(json::object content) {
  const json::value* method = content.if_contains(kMethod);
  const json::value* description = content.if_contains(kDescription);
  if (method == nullptr || !method->is_string() || description == nullptr || !description->is_string())
    return fail(ErrorKind::internal, "record_unreadable", "a payment without what is sealed");
  Secret opened_method{std::string(method->get_string())};
  Pii opened_description{std::string(description->get_string())};
  content.erase(kMethod);
  content.erase(kDescription);
  auto state = payment_of(content);
  if (!state) return fail(state);
  state->payment_method = std::move(opened_method);
  state->description = std::move(opened_description);
  Payment payment(std::move(*state));
  if (auto sound = payment.check_invariants(); !sound) return fail(sound);
  return payment;
}

}  // namespace gatehouse::payments
