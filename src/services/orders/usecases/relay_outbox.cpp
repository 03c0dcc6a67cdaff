// Tells events: see relay_outbox.hpp.
#include "services/orders/usecases/relay_outbox.hpp"

#include <algorithm>

#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::orders {

RelayOutbox::RelayOutbox(Outbox& outbox, std::vector<std::unique_ptr<Subscriber>> subscribers,
                         std::vector<Listener*> listeners, const core::Clock& clock, RelayLimits limits)
    : outbox_(outbox),
      subscribers_(std::move(subscribers)),
      listeners_(std::move(listeners)),
      clock_(clock),
      limits_(limits) {}

Awaitable<Result<void>> RelayOutbox::start() {
  const Result<std::int64_t> end = co_await outbox_.end();
  if (!end) co_return fail(end);
  position_ = *end;
  co_return Result<void>{};
}

Awaitable<Result<std::size_t>> RelayOutbox::follow() {
  if (listeners_.empty()) co_return std::size_t{0};
  if (!position_) {
    const Result<void> started = co_await start();
    if (!started) co_return fail(started);
  }
  const Result<std::vector<FeedEvent>> next = co_await outbox_.after(*position_, limits_.batch_max);
  if (!next) co_return fail(next);
  for (const FeedEvent& one : *next) {
    position_ = one.position;
    for (Listener* listener : listeners_) co_await listener->hear(one.event, one.position);
  }
  co_return next->size();
}

Awaitable<Result<std::size_t>> RelayOutbox::relay() {
  const core::SystemTime now = clock_.now();
  Result<std::vector<PendingEvent>> claimed =
      co_await outbox_.claim(now + limits_.held, limits_.batch_max, now);
  if (!claimed) co_return fail(claimed);
  if (claimed->empty()) co_return std::size_t{0};
  const std::size_t count = claimed->size();
  // Who failed once in a batch is not tried again in it: a dead subscriber costs one timeout, not two
  // hundred.
  std::vector<bool> is_deaf(subscribers_.size(), false);
  std::vector<Delivery> deliveries;
  for (PendingEvent& pending : *claimed) {
    Delivery delivery = co_await deliver(std::move(pending), is_deaf);
    deliveries.push_back(std::move(delivery));
  }
  const Result<void> recorded = co_await outbox_.record(std::move(deliveries), clock_.now());
  if (!recorded) co_return fail(recorded);
  co_return count;
}

Awaitable<Delivery> RelayOutbox::deliver(PendingEvent pending, std::vector<bool>& is_deaf) {
  Delivery delivery{.event_id = pending.event.id, .told = std::move(pending.told), .is_complete = true};
  for (std::size_t i = 0; i < subscribers_.size(); ++i) {
    const std::string name(subscribers_[i]->name());
    if (std::ranges::find(delivery.told, name) != delivery.told.end()) continue;
    if (!is_deaf[i]) {
      const Result<void> told =
          co_await subscribers_[i]->tell(pending.event, Deadline::after(limits_.tell_timeout));
      if (told) {
        delivery.told.push_back(name);
        continue;
      }
      is_deaf[i] = true;
      log::warn("outbox-tell", "a subscriber did not take an event, will try again",
                {log::field("subscriber", name), log::field(told.error())});
    }
    delivery.is_complete = false;
  }
  const int attempt = static_cast<int>(std::min<std::int64_t>(pending.attempts + 1, 30));
  delivery.next_attempt_at = clock_.now() + limits_.waits.delay(attempt, telemetry::fast_random01());
  co_return delivery;
}

}  // namespace gatehouse::orders
