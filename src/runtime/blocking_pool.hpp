// Where blocking work goes: hashing, SQLite, files. A fixed number of threads, a bounded queue, and the
// result comes back to the worker that asked.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"

namespace gatehouse::runtime {

struct BlockingPoolLimits {
  std::size_t threads = 2;
  std::size_t queue_max = 1024;
};

class BlockingPool {
 public:
  using Limits = BlockingPoolLimits;

  explicit BlockingPool(std::string_view name, Limits limits = {});
  ~BlockingPool();  // runs what is queued, then joins
  BlockingPool(const BlockingPool&) = delete;

  // Runs `work` (returning Result<T>) on a pool thread. `unavailable`/"pool_full" if the queue is full.
  // Not cancellable: the work may hold references into the awaiting frame, so the frame waits for it.
  template <class Work>
  [[nodiscard]] Awaitable<std::invoke_result_t<Work&>> run(Work work);

  // Queues work whose result nobody awaits; false if the queue is full.
  [[nodiscard]] bool submit(std::function<void()> work);
  [[nodiscard]] std::size_t queued() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <class Work>
Awaitable<std::invoke_result_t<Work&>> BlockingPool::run(Work work) {
  using Outcome = std::invoke_result_t<Work&>;
  const Executor executor = co_await boost::asio::this_coro::executor;
  std::optional<Outcome> outcome;
  bool queued_it = true;
  auto start = [this, &work, &outcome, &queued_it, executor](auto handler) {
    // The handler travels to the pool thread and back; post() makes it run on the worker again. The guard
    // keeps the worker's loop alive meanwhile.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto alive = std::make_shared<boost::asio::executor_work_guard<Executor>>(executor);
    // The pool's copy moves on into what is posted: left on its thread, it could outlive the loop.
    queued_it = submit([&work, &outcome, executor, handler_of = shared, guard = std::move(alive)]() mutable {
      outcome.emplace(work());
      auto resume = [handler_of = std::move(handler_of), guard = std::move(guard)] {
        std::move (*handler_of)();
      };
      boost::asio::post(executor, std::move(resume));
    });
    if (!queued_it) boost::asio::post(executor, [shared] { std::move (*shared)(); });
  };
  const boost::asio::use_awaitable_t<Executor> token;
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(start, token);
  if (!queued_it) co_return fail(ErrorKind::unavailable, "pool_full");
  co_return std::move(*outcome);
}

}  // namespace gatehouse::runtime

namespace gatehouse {
using runtime::BlockingPool;
}  // namespace gatehouse
