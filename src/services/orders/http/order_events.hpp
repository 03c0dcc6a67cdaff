// The body of GET /orders/{id}/events: server-sent events (HTML Living Standard, section 9.2), the order as
// it is and then at each change. An event's id is the order's version, so a client that comes back says what
// it has seen last.
#pragma once

#include <memory>
#include <string>

#include "core/clock.hpp"
#include "http/body.hpp"
#include "identity/access.hpp"
#include "services/orders/usecases/get_order.hpp"
#include "services/orders/usecases/watch_orders.hpp"

namespace gatehouse::orders {

struct StreamLimits {
  // A comment that often, so that nobody on the way takes the connection for dead; the order is read anew
  // then, too: an event that was lost costs no more than this.
  std::chrono::milliseconds heartbeat{15'000};
  std::chrono::milliseconds lifetime{300'000};  // clients come back by themselves
  std::chrono::milliseconds read_timeout{5'000};
};

struct StreamedOrder {
  identity::Access access;  // ends with its token
  std::string id;
  std::int64_t seen_version = 0;  // Last-Event-ID
};

class OrderEvents final : public http::Body {
 public:
  OrderEvents(const GetOrder& get, std::unique_ptr<WatchOrders::Watch> watch, const core::Clock& clock,
              StreamedOrder order, StreamLimits limits);

  [[nodiscard]] Awaitable<Result<std::string_view>> read() override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
  [[nodiscard]] bool is_finished() const override { return is_finished_; }

 private:
  // The next event, if the order has changed and can be read.
  [[nodiscard]] Awaitable<Result<std::optional<std::string>>> next_event();
  [[nodiscard]] std::chrono::milliseconds time_left() const;

  const GetOrder& get_;
  std::unique_ptr<WatchOrders::Watch> watch_;
  const core::Clock& clock_;
  StreamedOrder order_;
  StreamLimits limits_;
  core::SteadyTime began_;
  std::string piece_;
  bool is_first_ = true;
  bool is_finished_ = false;
};

// The version that Last-Event-ID names; 0 if it is absent or none of ours.
[[nodiscard]] std::int64_t last_event_in(std::string_view last_event_id);

}  // namespace gatehouse::orders
