// Port: the payments service, in the words of an order. Nothing here fails: what is not known is an answer
// too.
#pragma once

#include <optional>
#include <string>

#include "core/money.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "services/orders/domain/payment.hpp"

namespace gatehouse::orders {

struct PaymentRequest {
  std::string order_id;  // the payment's reference
  Money amount;
  std::string payment_method;
  std::optional<std::string> payment_id;
  std::string idempotency_key;
  std::string traceparent;
  Deadline deadline;
};

class Payments {
 public:
  virtual ~Payments() = default;
  [[nodiscard]] virtual Awaitable<PaymentReply> authorize(PaymentRequest request) = 0;
  [[nodiscard]] virtual Awaitable<PaymentReply> capture(PaymentRequest request) = 0;
  [[nodiscard]] virtual Awaitable<PaymentReply> cancel(PaymentRequest request) = 0;
  [[nodiscard]] virtual Awaitable<PaymentReply> refund(PaymentRequest request) = 0;  // all that was captured
  // The payment of the order: by id if it is known, else by reference.
  [[nodiscard]] virtual Awaitable<PaymentReply> find(PaymentRequest request) = 0;
};

}  // namespace gatehouse::orders
