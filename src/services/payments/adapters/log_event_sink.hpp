// Publishes the events of payments into the log, one line each under event.dataset "payments.events": what
// the log pipeline indexes and others subscribe to.
#pragma once

#include "services/payments/ports/event_sink.hpp"

namespace gatehouse::payments {

class LogEventSink final : public EventSink {
 public:
  [[nodiscard]] Awaitable<Result<void>> publish(std::string payment_id, std::vector<Event> events) override;
};

}  // namespace gatehouse::payments
