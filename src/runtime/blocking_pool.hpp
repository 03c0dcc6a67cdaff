// Where blocking work goes: hashing, SQLite, files. A fixed number of threads, a bounded queue, and the
// result comes back to the worker that asked.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/completion.hpp"

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
  [[nodiscard]] std::size_t threads() const;
  [[nodiscard]] std::size_t busy_threads() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <class Work>
Awaitable<std::invoke_result_t<Work&>> BlockingPool::run(Work work) {
  using Outcome = std::invoke_result_t<Work&>;
  auto start = [this, &work](auto resume) {
    const bool is_queued = submit([&work, resume]() mutable { resume(Outcome(work())); });
    if (!is_queued) resume(Outcome(fail(ErrorKind::unavailable, "pool_full")));
  };
  co_return co_await completion<Outcome>(start);
}

}  // namespace gatehouse::runtime

namespace gatehouse {
using runtime::BlockingPool;
}  // namespace gatehouse
