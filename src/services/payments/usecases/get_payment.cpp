#include "services/payments/usecases/get_payment.hpp"

namespace gatehouse::payments {

Awaitable<Result<Payment>> GetPayment::run(const Access& access, std::string id) const {
  co_return co_await around_.store.get(std::move(id), access.owner());
}

}  // namespace gatehouse::payments
