// Where published events of payments go. At least once, in the order of a payment's sequence numbers.
#pragma once

#include <vector>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

class EventSink {
 public:
  virtual ~EventSink() = default;
  // All of them, or an error: then they come again.
  [[nodiscard]] virtual Awaitable<Result<void>> publish(std::string payment_id,
                                                        std::vector<Event> events) = 0;
};

}  // namespace gatehouse::payments
