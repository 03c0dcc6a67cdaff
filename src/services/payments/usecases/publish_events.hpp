// Hands the events of a payment to the sink and forgets those that arrived: at least once, in order.
#pragma once

#include "services/payments/ports/event_sink.hpp"
#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

class PublishEvents {
 public:
  PublishEvents(const Surroundings& around, EventSink& sink) : around_(around), sink_(sink) {}
  [[nodiscard]] Awaitable<Result<void>> run(Payment payment) const;

 private:
  const Surroundings& around_;
  EventSink& sink_;
};

}  // namespace gatehouse::payments
