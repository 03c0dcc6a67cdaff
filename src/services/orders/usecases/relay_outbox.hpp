// Use case: tells events to whoever subscribed: to listeners in this process, which every process tells by
// itself, and to subscribers elsewhere, which any process tells, at least once, until they have confirmed.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "resilience/retry.hpp"
#include "services/orders/ports/outbox.hpp"
#include "services/orders/ports/subscriber.hpp"

namespace gatehouse::orders {

struct RelayLimits {
  std::size_t batch_max = 200;
  std::chrono::milliseconds tell_timeout{2'000};
  std::chrono::milliseconds held{30'000};  // a batch, against the other processes
  resilience::RetryPolicy waits{.base = std::chrono::milliseconds{500},
                                .cap = std::chrono::milliseconds{60'000}};
};

class RelayOutbox {
 public:
  RelayOutbox(Outbox& outbox, std::vector<std::unique_ptr<Subscriber>> subscribers,
              std::vector<Listener*> listeners, const core::Clock& clock, RelayLimits limits = {});

  // Listeners hear what comes from now on. Called by follow() if it was not, or could not.
  [[nodiscard]] Awaitable<Result<void>> start();
  // One batch to the listeners; how many events there were.
  [[nodiscard]] Awaitable<Result<std::size_t>> follow();
  // One batch to the subscribers; how many events were claimed.
  [[nodiscard]] Awaitable<Result<std::size_t>> relay();

  [[nodiscard]] std::size_t batch_max() const { return limits_.batch_max; }

 private:
  [[nodiscard]] Awaitable<Delivery> deliver(PendingEvent pending, std::vector<bool>& is_deaf);

  Outbox& outbox_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
  std::vector<Listener*> listeners_;
  const core::Clock& clock_;
  RelayLimits limits_;
  std::optional<std::int64_t> position_;  // in the feed: what was heard
};

}  // namespace gatehouse::orders
