// What the orders service counts.
#pragma once

#include <array>
#include <chrono>

#include "services/orders/domain/order.hpp"
#include "services/orders/domain/saga.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::orders {

class Measures {
 public:
  explicit Measures(telemetry::Metrics& metrics);

  void placed() { placed_.add(); }
  void replayed() { replays_.add(); }
  // An order reached its end: confirmed, cancelled by its customer, or failed.
  void ended(const Order& order);
  void step_took(SagaStep step, OutcomeKind outcome, std::chrono::nanoseconds took);
  void watchers(std::size_t count);
  void backlog(std::int64_t unfinished, std::int64_t stuck, std::int64_t outbox_pending);

 private:
  telemetry::Metrics& metrics_;
  telemetry::Counter& placed_;
  telemetry::Counter& confirmed_;
  telemetry::Counter& cancelled_;
  telemetry::Counter& failed_;
  telemetry::Counter& replays_;
  telemetry::Gauge& unfinished_;
  telemetry::Gauge& stuck_;
  telemetry::Gauge& outbox_pending_;
  telemetry::Gauge& watchers_;
};

}  // namespace gatehouse::orders
