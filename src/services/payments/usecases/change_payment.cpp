#include "services/payments/usecases/change_payment.hpp"

#include "services/payments/usecases/repeat.hpp"
#include "services/payments/usecases/settle.hpp"

namespace gatehouse::payments {
namespace {

constexpr int kConflictsMax = 32;  // concurrent changes of one payment that we wait out

}  // namespace

Awaitable<Result<Reply>> ChangePayment::run(const Access& access, std::string id, RequestMark request,
                                            CallContext context, Begin begin) const {
  for (int conflicts = 0; conflicts < kConflictsMax; ++conflicts) {
    auto found = co_await around_.store.get(id, access.owner());
    if (!found) co_return fail(found);
    if (found->request(request.scope) != nullptr) {
      co_return co_await answer_repeat(around_, std::move(*found), std::move(request), context);
    }
    if (auto accepts = around_.provider.accepts_new(); !accepts) co_return fail(accepts);
    PaymentStore::Change change = [begin, request, claim = around_.claim(context.deadline),
                                   now = around_.clock.now()](Payment& payment) -> Result<void> {
      auto begun = begin(payment, request, claim, now);
      if (!begun) return fail(begun);
      return {};
    };
    auto begun = co_await around_.store.update(*found, std::move(change));
    if (begun) {
      std::string step = begun->request(request.scope)->attempt;
      const Settle settle(around_);
      auto settled = co_await settle.run(std::move(*begun), std::move(step), context);
      if (!settled) co_return fail(settled);
      co_return reply_to(around_, *settled, request.scope);
    }
    if (begun.error().reason != "version_conflict") co_return fail(begun);
  }
  co_return refuse(ErrorKind::conflict, "payment_in_progress", "too many changes of this payment at once");
}

}  // namespace gatehouse::payments
