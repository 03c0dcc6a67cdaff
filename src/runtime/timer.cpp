#include "runtime/timer.hpp"

#include <boost/asio/this_coro.hpp>

#include "runtime/token.hpp"

namespace gatehouse::runtime {

namespace asio = boost::asio;

Awaitable<Result<void>> sleep_for(std::chrono::milliseconds duration) {
  const auto executor = co_await asio::this_coro::executor;
  const auto before = co_await asio::this_coro::cancellation_state;
  if (before.cancelled() != asio::cancellation_type::none) co_return fail(ErrorKind::cancelled, "stopped");
  SteadyTimer timer(executor, duration);
  const auto [error] = co_await timer.async_wait(as_values);
  if (error) co_return fail(ErrorKind::cancelled, "stopped");
  co_return Result<void>{};
}

Awaitable<Result<bool>> Signal::wait(Deadline deadline) {
  const auto before = co_await asio::this_coro::cancellation_state;
  if (before.cancelled() != asio::cancellation_type::none) co_return fail(ErrorKind::cancelled, "stopped");
  if (deadline.is_over()) co_return false;

  // The signal's timer never expires by itself: each waiter has a timer of its own that wakes all, and a
  // waiter whose deadline has not passed treats a wake as a notification, which callers check against their
  // condition.
  std::optional<SteadyTimer> alarm;
  auto timed_out = std::make_shared<bool>(false);
  if (deadline.time() != core::SteadyTime::max()) {
    alarm.emplace(timer_.get_executor(), deadline.time());
    // It may have been on its way already when the waiter was notified: then the waiter is gone, and perhaps
    // the signal with it.
    alarm->async_wait([this, waiter = std::weak_ptr<bool>(timed_out)](boost::system::error_code error) {
      const auto waits = waiter.lock();
      if (error || !waits) return;
      *waits = true;
      timer_.cancel();
    });
  }
  (void)co_await timer_.async_wait(as_values);
  const auto after = co_await asio::this_coro::cancellation_state;
  if (after.cancelled() != asio::cancellation_type::none) co_return fail(ErrorKind::cancelled, "stopped");
  co_return !*timed_out;
}

}  // namespace gatehouse::runtime
