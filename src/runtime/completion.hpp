// Waits in a coroutine for a value that a callback brings, from any thread: how the results of other threads
// reach a worker.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "runtime/token.hpp"

namespace gatehouse::runtime {

// Calls `start(resume)`; `resume(T)` must be called exactly once, now or later, on any thread. Not
// cancellable.
template <class T, class Start>
[[nodiscard]] Awaitable<T> completion(Start start) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  std::optional<T> outcome;
  auto is_posted = std::make_shared<std::atomic<bool>>(false);
  auto initiate = [&start, &outcome, executor, is_posted](auto handler) {
    // post() brings the handler back to the worker; the guard keeps the worker's loop alive meanwhile.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto alive = std::make_shared<boost::asio::executor_work_guard<Executor>>(executor);
    // Both move on into what is posted: a copy left on the other thread could outlive the loop.
    start([&outcome, executor, is_posted, shared = std::move(shared),
           alive = std::move(alive)](T value) mutable {
      outcome.emplace(std::move(value));
      auto resume = [shared = std::move(shared), alive = std::move(alive)] { std::move (*shared)(); };
      boost::asio::post(executor, std::move(resume));
      is_posted->store(true);
      is_posted->notify_one();
    });
  };
  co_await boost::asio::async_initiate<const AsValues, void()>(initiate, as_values);
  // The other thread may still be inside post(), waking the loop; whoever called us may end that loop next.
  is_posted->wait(false);
  co_return std::move(*outcome);
}

}  // namespace gatehouse::runtime
