// What a payment's state means for the saga: see payment.hpp.
#include "services/orders/domain/payment.hpp"

#include <array>
#include <utility>

namespace gatehouse::orders {
namespace {

constexpr auto kStatusNames = std::to_array<std::pair<std::string_view, PaymentStatus>>({
    {"authorized", PaymentStatus::authorized},
    {"captured", PaymentStatus::captured},
    {"declined", PaymentStatus::declined},
    {"canceled", PaymentStatus::canceled},
    {"unknown", PaymentStatus::unknown},
    {"processing", PaymentStatus::processing},
    {"partially_refunded", PaymentStatus::partially_refunded},
    {"refunded", PaymentStatus::refunded},
});

OutcomeKind while_authorizing(const PaymentView& payment, const Money& expected) {
  const bool is_held =
      payment.status == PaymentStatus::authorized || payment.status == PaymentStatus::captured;
  if (is_held && payment.amount != expected) return OutcomeKind::mismatched;
  switch (payment.status) {
    case PaymentStatus::authorized:
      return OutcomeKind::done;
    case PaymentStatus::captured:
      return OutcomeKind::captured;
    case PaymentStatus::declined:
      return OutcomeKind::declined;
    case PaymentStatus::canceled:
    case PaymentStatus::refunded:
      return OutcomeKind::voided;
    case PaymentStatus::partially_refunded:
      return OutcomeKind::mismatched;
    case PaymentStatus::unknown:
    case PaymentStatus::processing:
      return OutcomeKind::outstanding;
  }
  return OutcomeKind::unknown;
}

OutcomeKind while_capturing(const PaymentView& payment, const Money& expected) {
  switch (payment.status) {
    case PaymentStatus::captured:
      return payment.amount_captured == expected.minor ? OutcomeKind::done : OutcomeKind::mismatched;
    case PaymentStatus::partially_refunded:
      return OutcomeKind::mismatched;
    case PaymentStatus::authorized:
      return OutcomeKind::not_done;
    case PaymentStatus::declined:
      return OutcomeKind::declined;
    case PaymentStatus::canceled:
    case PaymentStatus::refunded:
      return OutcomeKind::voided;
    case PaymentStatus::unknown:
    case PaymentStatus::processing:
      return OutcomeKind::outstanding;
  }
  return OutcomeKind::unknown;
}

OutcomeKind while_voiding(const PaymentView& payment) {
  switch (payment.status) {
    case PaymentStatus::canceled:
    case PaymentStatus::declined:
    case PaymentStatus::refunded:
      return OutcomeKind::done;
    case PaymentStatus::captured:
    case PaymentStatus::partially_refunded:
      return OutcomeKind::captured;
    case PaymentStatus::authorized:
      return OutcomeKind::not_done;
    case PaymentStatus::unknown:
    case PaymentStatus::processing:
      return OutcomeKind::outstanding;
  }
  return OutcomeKind::unknown;
}

OutcomeKind while_refunding(const PaymentView& payment) {
  switch (payment.status) {
    case PaymentStatus::refunded:
    case PaymentStatus::canceled:
    case PaymentStatus::declined:
      return OutcomeKind::done;
    case PaymentStatus::captured:
    case PaymentStatus::partially_refunded:
      return OutcomeKind::not_done;
    case PaymentStatus::authorized:
    case PaymentStatus::unknown:
    case PaymentStatus::processing:
      return OutcomeKind::outstanding;
  }
  return OutcomeKind::unknown;
}

OutcomeKind kind_of(SagaStep step, const PaymentView& payment, const Money& expected) {
  switch (step) {
    case SagaStep::authorizing:
      return while_authorizing(payment, expected);
    case SagaStep::capturing:
      return while_capturing(payment, expected);
    case SagaStep::voiding:
      return while_voiding(payment);
    case SagaStep::refunding:
      return while_refunding(payment);
    case SagaStep::finished:
      break;
  }
  return OutcomeKind::unknown;
}

}  // namespace

std::optional<PaymentStatus> payment_status_of(std::string_view name) {
  for (const auto& [known, status] : kStatusNames) {
    if (known == name) return status;
  }
  return std::nullopt;
}

Outcome outcome_of(SagaStep step, const PaymentReply& reply, const Money& expected) {
  using Kind = PaymentReply::Kind;
  switch (reply.kind) {
    case Kind::view:
      break;
    case Kind::declined:
      return {OutcomeKind::declined, reply.payment_id, reply.code};
    case Kind::refused:
      return {OutcomeKind::refused, {}, reply.code};
    case Kind::missing:
      return {OutcomeKind::missing, {}, {}};
    case Kind::unknown:
      return {OutcomeKind::unknown, {}, {}};
    case Kind::unavailable:
      return {OutcomeKind::unavailable, {}, {}};
  }
  if (!reply.view) return {OutcomeKind::unknown, {}, {}};
  return {kind_of(step, *reply.view, expected), reply.view->id, reply.view->decline_code};
}

}  // namespace gatehouse::orders
