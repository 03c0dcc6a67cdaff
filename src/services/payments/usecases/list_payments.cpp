#include "services/payments/usecases/list_payments.hpp"

#include <algorithm>

namespace gatehouse::payments {

Awaitable<Result<PaymentPage>> ListPayments::run(const Access& access, ListQuery query) const {
  query.owner = access.owner();
  query.limit = std::clamp<std::size_t>(query.limit, 1, ListLimits{}.page_max);
  co_return co_await around_.store.list(std::move(query));
}

}  // namespace gatehouse::payments
