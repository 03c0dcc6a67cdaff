// The way back from runtime::BlockingPool: a thread that may block runs a coroutine on a worker and waits for
// its result. So what is written to block can stand on a client that lives on a worker.
#pragma once

#include <future>
#include <memory>

#include <boost/asio/post.hpp>

#include "core/result.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::runtime {

class CallsFromThreads {
 public:
  // No call takes longer than `at_most`: beyond that its worker is taken to have ended.
  CallsFromThreads(Executor executor, std::chrono::milliseconds at_most)
      : tasks_(executor), at_most_(at_most) {}
  CallsFromThreads(const CallsFromThreads&) = delete;

  // Blocks; never on the worker itself. `task` takes values, as whatever TaskGroup::spawn is given: it may
  // outlive the call. Besides its own errors: `cancelled`/"stopped" after stop(),
  // `unavailable`/"worker_gone".
  template <class T>
  [[nodiscard]] Result<T> run(Awaitable<Result<T>> task);

  // On the worker: cancels what runs, and refuses what comes.
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline) { return tasks_.stop(deadline); }

 private:
  template <class T>
  using Promise = std::shared_ptr<std::promise<Result<T>>>;

  template <class T>
  static Awaitable<> deliver(Awaitable<Result<T>> task, Promise<T> promise) {
    try {
      promise->set_value(co_await std::move(task));
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }

  TaskGroup tasks_;
  std::chrono::milliseconds at_most_;
};

template <class T>
Result<T> CallsFromThreads::run(Awaitable<Result<T>> task) {
  const auto promise = std::make_shared<std::promise<Result<T>>>();
  auto result = promise->get_future();
  auto whole = std::make_shared<Awaitable<>>(deliver(std::move(task), promise));
  boost::asio::post(tasks_.executor(), [this, whole, promise] {
    if (tasks_.is_stopping()) return promise->set_value(fail(ErrorKind::cancelled, "stopped"));
    tasks_.spawn("call-from-thread", std::move(*whole));
  });
  if (result.wait_for(at_most_) != std::future_status::ready)
    return fail(ErrorKind::unavailable, "worker_gone");
  return result.get();
}

}  // namespace gatehouse::runtime
