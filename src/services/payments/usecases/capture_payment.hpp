// Takes the money that a payment has reserved, or a part of it; the rest of the reservation is released.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

struct CaptureCommand {
  std::string payment_id;
  std::optional<std::int64_t> minor;  // nothing: all of it
};

class CapturePayment {
 public:
  explicit CapturePayment(const Surroundings& around) : around_(around) {}
  [[nodiscard]] Awaitable<Result<Reply>> run(const Access& access, CaptureCommand command,
                                             RequestMark request, CallContext context) const;

 private:
  const Surroundings& around_;
};

}  // namespace gatehouse::payments
