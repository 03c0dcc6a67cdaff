#include "services/payments/usecases/publish_events.hpp"

namespace gatehouse::payments {

Awaitable<Result<void>> PublishEvents::run(Payment payment) const {
  std::vector<Event> events = payment.state().outbox;
  if (events.empty()) co_return Result<void>{};
  const std::int64_t last = events.back().sequence;
  auto published = co_await sink_.publish(payment.state().id, std::move(events));
  if (!published) co_return fail(published);
  PaymentStore::Change forget = [last](Payment& current) -> Result<void> {
    current.forget_events(last);
    return {};
  };
  auto forgotten = co_await around_.store.update(payment, std::move(forget));
  // Changed meanwhile: the events come again, and that is allowed.
  if (!forgotten && forgotten.error().reason != "version_conflict") co_return fail(forgotten);
  co_return Result<void>{};
}

}  // namespace gatehouse::payments
