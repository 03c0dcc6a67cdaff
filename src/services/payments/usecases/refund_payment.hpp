// Gives captured money back, all or part of it. The amount is reserved in the payment before the provider
// hears of it, so refunds that run side by side never exceed what was captured.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

struct RefundCommand {
  std::string payment_id;
  std::optional<std::int64_t> minor;  // nothing: all that is left
  std::string reason;
};

class RefundPayment {
 public:
  explicit RefundPayment(const Surroundings& around) : around_(around) {}
  [[nodiscard]] Awaitable<Result<Reply>> run(const Access& access, RefundCommand command, RequestMark request,
                                             CallContext context) const;

 private:
  const Surroundings& around_;
};

}  // namespace gatehouse::payments
