#include "services/payments/usecases/create_payment.hpp"

#include "services/payments/usecases/repeat.hpp"
#include "services/payments/usecases/settle.hpp"

namespace gatehouse::payments {

std::string payment_id_of(const RequestMark& request) {
  return "pay_" + request.scope.substr(0, 32);
}

Awaitable<Result<Reply>> CreatePayment::run(const Access& access, CreateCommand command, RequestMark request,
                                            CallContext context) const {
  const std::string id = payment_id_of(request);
  if (auto accepts = around_.provider.accepts_new(); !accepts) {
    auto known = co_await around_.store.get(id, access.owner());
    if (!known) co_return fail(accepts);
    co_return co_await answer_repeat(around_, std::move(*known), std::move(request), context);
  }
  NewPayment wanted{.id = id,
                    .owner = access.principal.subject,
                    .reference = std::move(command.reference),
                    .amount = command.amount,
                    .capture_mode = command.capture_mode,
                    .payment_method = std::move(command.payment_method),
                    .description = std::move(command.description)};
  Payment fresh =
      Payment::open(std::move(wanted), request, around_.claim(context.deadline), around_.clock.now());
  auto created = co_await around_.store.create(std::move(fresh));
  if (!created) co_return fail(created);
  if (!created->is_new) {
    co_return co_await answer_repeat(around_, std::move(created->payment), std::move(request), context);
  }
  std::string charge = created->payment.request(request.scope)->attempt;
  const Settle settle(around_);
  auto settled = co_await settle.run(std::move(created->payment), std::move(charge), context);
  if (!settled) co_return fail(settled);
  co_return reply_to(around_, *settled, request.scope);
}

}  // namespace gatehouse::payments
