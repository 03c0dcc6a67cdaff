#include "services/payments/usecases/refund_payment.hpp"

#include "core/ids.hpp"
#include "services/payments/usecases/change_payment.hpp"

namespace gatehouse::payments {

Awaitable<Result<Reply>> RefundPayment::run(const Access& access, RefundCommand command, RequestMark request,
                                            CallContext context) const {
  std::string id = core::prefixed_id("re", around_.clock.now());
  ChangePayment::Begin begin = [refund_id = std::move(id), minor = command.minor,
                                reason = std::move(command.reason)](Payment& payment, RequestMark mark,
                                                                    Claim claim, core::SystemTime now) {
    return payment.begin_refund(refund_id, minor, reason, std::move(mark), std::move(claim), now);
  };
  const ChangePayment change(around_);
  co_return co_await change.run(access, std::move(command.payment_id), std::move(request), context,
                                std::move(begin));
}

}  // namespace gatehouse::payments
