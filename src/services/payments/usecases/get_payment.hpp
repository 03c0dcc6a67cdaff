// Reads one payment within the caller's reach.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

class GetPayment {
 public:
  explicit GetPayment(const Surroundings& around) : around_(around) {}
  // not_found/`payment_not_found`, also for another owner's.
  [[nodiscard]] Awaitable<Result<Payment>> run(const Access& access, std::string id) const;

 private:
  const Surroundings& around_;
};

}  // namespace gatehouse::payments
