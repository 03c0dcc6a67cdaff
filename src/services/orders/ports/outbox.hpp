// Port: the events that were committed with their orders and wait to be told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "runtime/awaitable.hpp"
#include "services/orders/domain/event.hpp"

namespace gatehouse::orders {

struct PendingEvent {
  OrderEvent event;
  std::vector<std::string> told;  // subscribers that have it already
  std::int64_t attempts = 0;
};

struct Delivery {
  std::string event_id;
  std::vector<std::string> told;
  bool is_complete = false;
  core::SystemTime next_attempt_at;  // if it is not complete
};

// What comes next in the feed.
struct FeedEvent {
  std::int64_t position = 0;
  OrderEvent event;
};

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Undelivered events that are due, oldest first. Until `held_until` no other process is given them.
  [[nodiscard]] virtual Awaitable<Result<std::vector<PendingEvent>>> claim(core::SystemTime held_until,
                                                                           std::size_t limit,
                                                                           core::SystemTime now) = 0;
  [[nodiscard]] virtual Awaitable<Result<void>> record(std::vector<Delivery> deliveries,
                                                       core::SystemTime now) = 0;

  // The feed, for subscribers that live in every process: all events after `position`, in the order of their
  // commits, delivered or not.
  [[nodiscard]] virtual Awaitable<Result<std::vector<FeedEvent>>> after(std::int64_t position,
                                                                        std::size_t limit) = 0;
  // Where the feed ends now.
  [[nodiscard]] virtual Awaitable<Result<std::int64_t>> end() = 0;

  [[nodiscard]] virtual Awaitable<Result<std::int64_t>> pending() = 0;
  // Forgets delivered events and idempotency keys from before that time, some at a time; how many.
  [[nodiscard]] virtual Awaitable<Result<std::int64_t>> purge(core::SystemTime before, std::size_t limit) = 0;
};

}  // namespace gatehouse::orders
