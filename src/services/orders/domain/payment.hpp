// What the orders service knows of a payment, and what an answer of the payments service means for a step of
// the saga.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/money.hpp"
#include "services/orders/domain/saga.hpp"

namespace gatehouse::orders {

enum class PaymentStatus {
  authorized,
  captured,
  declined,
  canceled,
  unknown,     // the provider's outcome is not known yet
  processing,  // so is this
  partially_refunded,
  refunded,
};

[[nodiscard]] std::optional<PaymentStatus> payment_status_of(std::string_view name);

struct PaymentView {
  std::string id;
  PaymentStatus status = PaymentStatus::unknown;
  Money amount;
  std::int64_t amount_captured = 0;
  std::string decline_code;
};

// What came back from one call. Anything that is not certain is `unknown`: never a failure, never a success.
struct PaymentReply {
  enum class Kind {
    view,         // the payment as it is now
    declined,     // the provider said no; nothing was taken
    refused,      // the payments service will not do it; the call had no effect
    missing,      // there is no such payment
    unknown,      // sent, but no answer, or one that says nothing
    unavailable,  // surely not sent
  };

  Kind kind = Kind::unknown;
  std::optional<PaymentView> view;
  std::string code;        // decline code, or the reason of a refusal
  std::string payment_id;  // of a declined payment, which has no view
};

// The outcome of `step` that the reply shows, given what the order costs.
[[nodiscard]] Outcome outcome_of(SagaStep step, const PaymentReply& reply, const Money& expected);

}  // namespace gatehouse::orders
