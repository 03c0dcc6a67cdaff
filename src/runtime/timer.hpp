// Waiting without blocking, and a signal between coroutines of one worker.
#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::runtime {

using SteadyTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

// ErrorKind::cancelled if the task group was cancelled meanwhile.
[[nodiscard]] Awaitable<Result<void>> sleep_for(std::chrono::milliseconds duration);

// Wakes waiters of the same worker: notify_all() wakes those who wait now, notify_one() the longest waiting.
class Signal {
 public:
  explicit Signal(Executor executor) : timer_(executor, core::SteadyTime::max()) {}
  void notify_all() { timer_.cancel(); }
  void notify_one() { timer_.cancel_one(); }
  // True: notified. False: the deadline passed. ErrorKind::cancelled: the task group stops.
  [[nodiscard]] Awaitable<Result<bool>> wait(Deadline deadline);

 private:
  SteadyTimer timer_;
};

}  // namespace gatehouse::runtime
