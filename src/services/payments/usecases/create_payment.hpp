// Opens a payment and charges it. The payment's id is made from the scope of its idempotency key, so the
// repetition of a request meets the payment of the first one, even if that died at once.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

struct CreateCommand {
  std::string reference;
  Money amount;
  CaptureMode capture_mode = CaptureMode::automatic;
  Secret payment_method;
  Pii description;
};

class CreatePayment {
 public:
  explicit CreatePayment(const Surroundings& around) : around_(around) {}

  // unavailable/`provider_unavailable` before anything is written; see repeat.hpp for repeated keys.
  [[nodiscard]] Awaitable<Result<Reply>> run(const Access& access, CreateCommand command, RequestMark request,
                                             CallContext context) const;

 private:
  const Surroundings& around_;
};

// "pay_" and 32 hex digits of the scope's digest.
[[nodiscard]] std::string payment_id_of(const RequestMark& request);

}  // namespace gatehouse::payments
