// For tests: coroutines of many threads on one worker, and many threads at once.
#pragma once

#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "runtime/task_group.hpp"
#include "runtime/worker_thread.hpp"

namespace gatehouse::runtime {

// Runs coroutines of any thread on a worker of its own.
class RemoteLoop {
 public:
  RemoteLoop() : thread_("stores"), tasks_(thread_.worker().executor()) { thread_.start(); }
  [[nodiscard]] Executor executor() { return thread_.worker().executor(); }

  template <class T>
  T run(Awaitable<T> task) {
    std::optional<T> result;
    std::promise<void> done;
    auto whole = std::make_shared<Awaitable<>>(keep_result(std::move(task), result, done));
    thread_.worker().post([this, whole] { tasks_.spawn("test", std::move(*whole)); });
    done.get_future().get();
    return std::move(*result);
  }

 private:
  template <class T>
  static Awaitable<> keep_result(Awaitable<T> task, std::optional<T>& result, std::promise<void>& done) {
    try {
      result.emplace(co_await std::move(task));
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  }

  WorkerThread thread_;
  TaskGroup tasks_;
};

inline constexpr std::size_t kThreads = 20;

// Runs `work(index)` on twenty threads that start together.
template <class Work>
void together(Work work) {
  std::latch start(kThreads);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&start, &work, i] {
      start.arrive_and_wait();
      work(i);
    });
  }
}

}  // namespace gatehouse::runtime
