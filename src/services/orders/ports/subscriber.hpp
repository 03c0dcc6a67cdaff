// Ports: who wants to hear of orders.
#pragma once

#include <string>
#include <string_view>

#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "services/orders/domain/event.hpp"

namespace gatehouse::orders {

// Outside this process: told at least once by any of the processes.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // Stable: remembered with each event that it was told.
  [[nodiscard]] virtual std::string_view name() const = 0;
  // A success means that the subscriber has the event for good.
  [[nodiscard]] virtual Awaitable<Result<void>> tell(OrderEvent event, Deadline deadline) = 0;
};

// Inside this process: hears every event in every process, but forgets with it.
class Listener {
 public:
  virtual ~Listener() = default;
  // `position` is the event's place in the feed: later events have larger ones.
  [[nodiscard]] virtual Awaitable<> hear(OrderEvent event, std::int64_t position) = 0;
};

}  // namespace gatehouse::orders
