#include "services/payments/adapters/log_event_sink.hpp"

#include "telemetry/log.hpp"

namespace gatehouse::payments {

Awaitable<Result<void>> LogEventSink::publish(std::string payment_id, std::vector<Event> events) {
  for (const Event& event : events) {
    log::info("payment-event", event.type,
              {log::field("event.dataset", "payments.events"), log::field("event.sequence", event.sequence),
               log::field("payment.id", payment_id), log::field("payment.amount", event.amount.minor),
               log::field("payment.currency", event.amount.currency.code())});
  }
  co_return Result<void>{};
}

}  // namespace gatehouse::payments
