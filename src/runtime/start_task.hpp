// Starts a coroutine as a task of its own. Only runtime/ does: everybody else has TaskGroup::spawn, whose
// owner stops and joins.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "runtime/awaitable.hpp"

namespace gatehouse::runtime::detail {

// The first coroutine of a task: owns the task, and goes when it has ended.
class Root {
 public:
  class promise_type final : public PromiseBase {
   public:
    // The arguments of run_root().
    template <class OnEnd>
    promise_type(Executor executor, boost::asio::cancellation_slot slot, const Awaitable<>&, const OnEnd&)
        : task_{executor, boost::asio::cancellation_state(slot),
                std::coroutine_handle<promise_type>::from_promise(*this)} {
      task = &task_;
    }
    Root get_return_object() noexcept {
      return Root(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    static std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept { task_.leave_slot(); }

   private:
    Task task_;
  };

  Root(Root&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ~Root() {
    if (handle_) handle_.destroy();  // the loop ended before it began
  }
  void start() { std::exchange(handle_, nullptr).resume(); }

 private:
  explicit Root(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

// The parameters live in the frame; the task's own coroutine and all that it holds end before `on_end` is
// called.
template <class OnEnd>
Root run_root(Executor executor, boost::asio::cancellation_slot /*slot*/, Awaitable<> task, OnEnd on_end) {
  std::exception_ptr failure;
  try {
    Awaitable<> running = std::move(task);
    co_await std::move(running);
  } catch (...) {
    failure = std::current_exception();
  }
  // Not from within the task: whoever hears of its end may end what it ran on.
  boost::asio::post(executor, [on_end = std::move(on_end), failure]() mutable { on_end(failure); });
}

// Runs at once, up to the first wait, on the loop's own thread; else as soon as the loop gets to it.
// `on_end(std::exception_ptr)` is called later on the loop; null: it ended well.
template <class OnEnd>
void start_task(Executor executor, boost::asio::cancellation_slot slot, Awaitable<> task, OnEnd on_end) {
  Root root = run_root(executor, slot, std::move(task), std::move(on_end));
  boost::asio::dispatch(executor, [root = std::move(root)]() mutable { root.start(); });
}

}  // namespace gatehouse::runtime::detail
