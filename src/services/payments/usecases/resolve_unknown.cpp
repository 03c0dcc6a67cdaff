#include "services/payments/usecases/resolve_unknown.hpp"

#include "runtime/span.hpp"
#include "services/payments/usecases/settle.hpp"

namespace gatehouse::payments {

Awaitable<Result<void>> ResolveUnknown::run(Payment payment) const {
  std::vector<std::string> due;
  for (const Attempt& attempt : payment.state().attempts) {
    if (attempt.is_due(around_.instance, around_.clock.now())) due.push_back(attempt.provider_key);
  }
  for (const std::string& provider_key : due) {
    auto current = co_await around_.store.get(payment.state().id, std::nullopt);
    if (!current) co_return fail(current);
    auto resolved = co_await resolve(std::move(*current), provider_key);
    if (!resolved) co_return fail(resolved);
  }
  co_return Result<void>{};
}

Awaitable<Result<void>> ResolveUnknown::resolve(Payment payment, std::string provider_key) const {
  const Deadline deadline = Deadline::after(around_.times.provider + around_.times.look_up);
  PaymentStore::Change take = [provider_key, claim = around_.claim(deadline), now = around_.clock.now()](
                                  Payment& current) { return current.claim(provider_key, claim, now); };
  auto taken = co_await around_.store.update(payment, std::move(take));
  if (!taken) {
    if (taken.error().kind == ErrorKind::conflict) co_return Result<void>{};  // another instance was first
    co_return fail(taken);
  }
  const std::string payment_id = taken->state().id;
  const runtime::Span span(co_await runtime::this_task,
                           {"resolve payment", spans::Kind::internal, "gatehouse.payment.id", payment_id},
                           TraceContext::parse(taken->attempt(provider_key)->traceparent));
  const CallContext context{deadline, span.context()};
  const Settle settle(around_);
  auto settled = co_await settle.run(std::move(*taken), std::move(provider_key), context);
  if (!settled) co_return fail(settled);
  co_return Result<void>{};
}

}  // namespace gatehouse::payments
