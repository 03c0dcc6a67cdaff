#include "services/orders/http/order_events.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "services/orders/http/order_forms.hpp"

namespace gatehouse::orders {
namespace {

constexpr std::string_view kRetry = "retry: 2000\n\n";  // milliseconds, before a client comes back
constexpr std::string_view kComment = ":\n\n";

std::string event_of(const Order& order) {
  return fmt::format("id: {}\nevent: order\ndata: {}\n\n", order.version, json::serialize(json_of(order)));
}

// Nothing will happen to it any more.
bool is_final(const Order& order) {
  return order.status == OrderStatus::cancelled;
}

}  // namespace

OrderEvents::OrderEvents(const GetOrder& get, std::unique_ptr<WatchOrders::Watch> watch,
                         const core::Clock& clock, StreamedOrder order, StreamLimits limits)
    : get_(get),
      watch_(std::move(watch)),
      clock_(clock),
      order_(std::move(order)),
      limits_(limits),
      began_(clock.steady_now()) {}

std::chrono::milliseconds OrderEvents::time_left() const {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const auto of_stream = duration_cast<milliseconds>(began_ + limits_.lifetime - clock_.steady_now());
  const auto& expires_at = order_.access.principal.expires_at;
  if (!expires_at) return of_stream;
  return std::min(of_stream, duration_cast<milliseconds>(*expires_at - clock_.now()));
}

Awaitable<Result<std::optional<std::string>>> OrderEvents::next_event() {
  const auto order = co_await get_.run(order_.access, order_.id, Deadline::after(limits_.read_timeout));
  if (!order && order.error().kind == ErrorKind::not_found) co_return fail(order);
  // A store that is away now is asked again at the next heartbeat.
  if (!order) co_return std::nullopt;
  is_finished_ = is_final(*order);
  if (order->version <= order_.seen_version) co_return std::nullopt;
  order_.seen_version = order->version;
  co_return event_of(*order);
}

Awaitable<Result<std::string_view>> OrderEvents::read() {
  if (std::exchange(is_first_, false)) co_return kRetry;
  auto heartbeat_at = clock_.steady_now() + limits_.heartbeat;
  while (!is_finished_) {
    auto event = co_await next_event();
    if (!event) break;
    if (*event) {
      piece_ = **std::move(event);
      co_return piece_;
    }
    const auto left = time_left();
    if (is_finished_ || watch_->is_over() || left <= left.zero()) break;
    if (clock_.steady_now() >= heartbeat_at) co_return kComment;
    const auto woken = co_await watch_->wait(std::min(limits_.heartbeat, left));
    if (!woken) break;
  }
  is_finished_ = true;
  co_return std::string_view{};
}

std::int64_t last_event_in(std::string_view last_event_id) {
  return core::parse_int<std::int64_t>(core::trim(last_event_id)).value_or(0);
}

}  // namespace gatehouse::orders
