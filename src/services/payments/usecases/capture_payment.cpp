#include "services/payments/usecases/capture_payment.hpp"

#include "services/payments/usecases/change_payment.hpp"

namespace gatehouse::payments {

Awaitable<Result<Reply>> CapturePayment::run(const Access& access, CaptureCommand command,
                                             RequestMark request, CallContext context) const {
  ChangePayment::Begin begin = [minor = command.minor](Payment& payment, RequestMark mark, Claim claim,
                                                       core::SystemTime now) {
    return payment.begin_capture(minor, std::move(mark), std::move(claim), now);
  };
  const ChangePayment change(around_);
  co_return co_await change.run(access, std::move(command.payment_id), std::move(request), context,
                                std::move(begin));
}

}  // namespace gatehouse::payments
