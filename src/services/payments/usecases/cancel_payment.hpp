// Releases the money that a payment has reserved. What was captured is refunded instead.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

struct CancelCommand {
  std::string payment_id;
};

class CancelPayment {
 public:
  explicit CancelPayment(const Surroundings& around) : around_(around) {}
  [[nodiscard]] Awaitable<Result<Reply>> run(const Access& access, CancelCommand command, RequestMark request,
                                             CallContext context) const;

 private:
  const Surroundings& around_;
};

}  // namespace gatehouse::payments
