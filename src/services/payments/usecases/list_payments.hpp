// Reads the payments within the caller's reach, newest first, page by page.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

struct ListLimits {
  std::size_t page_max = 100;
  std::size_t page_default = 10;
};

class ListPayments {
 public:
  explicit ListPayments(const Surroundings& around) : around_(around) {}
  // The query's owner is set here, from the caller's access.
  [[nodiscard]] Awaitable<Result<PaymentPage>> run(const Access& access, ListQuery query) const;

 private:
  const Surroundings& around_;
};

}  // namespace gatehouse::payments
