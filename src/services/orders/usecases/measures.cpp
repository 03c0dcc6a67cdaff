// What the orders service counts: see measures.hpp.
#include "services/orders/usecases/measures.hpp"

namespace gatehouse::orders {
namespace {

telemetry::Counter& orders_total(telemetry::Metrics& metrics, std::string outcome) {
  return metrics.counter("orders_total", "Orders by what became of them.", {{"outcome", std::move(outcome)}});
}

}  // namespace

Measures::Measures(telemetry::Metrics& metrics)
    : metrics_(metrics),
      placed_(orders_total(metrics, "placed")),
      confirmed_(orders_total(metrics, "confirmed")),
      cancelled_(orders_total(metrics, "cancelled")),
      failed_(orders_total(metrics, "failed")),
      replays_(metrics.counter("idempotency_replays_total", "Requests answered with the first answer.")),
      unfinished_(metrics.gauge("saga_unfinished", "Sagas that are not finished.")),
      stuck_(metrics.gauge("saga_stuck", "Unfinished sagas whose order has not changed for a minute.")),
      outbox_pending_(metrics.gauge("outbox_pending", "Events that not every subscriber has yet.")),
      watchers_(metrics.gauge("order_streams", "Open streams of events of an order.")) {}

void Measures::watchers(std::size_t count) {
  watchers_.set(static_cast<double>(count));
}

void Measures::ended(const Order& order) {
  if (order.status == OrderStatus::confirmed) confirmed_.add();
  if (order.status == OrderStatus::cancelled) (order.failure ? failed_ : cancelled_).add();
}

void Measures::step_took(SagaStep step, OutcomeKind outcome, std::chrono::nanoseconds took) {
  metrics_
      .histogram("saga_step_duration_seconds", "Duration of one try of a saga's step.",
                 {{"step", std::string(name_of(step))}, {"outcome", std::string(name_of(outcome))}})
      .observe(took);
}

void Measures::backlog(std::int64_t unfinished, std::int64_t stuck, std::int64_t outbox_pending) {
  unfinished_.set(static_cast<double>(unfinished));
  stuck_.set(static_cast<double>(stuck));
  outbox_pending_.set(static_cast<double>(outbox_pending));
}

}  // namespace gatehouse::orders
