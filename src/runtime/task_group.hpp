// The only way to start background work, and the way to be sure that it has ended.
//
// A coroutine given to spawn() takes values, or references to objects that own the group. Its owner has a
// stop(): refuse new work, cancel what runs, join. A task that ends with an exception is a bug: it is logged
// with its name.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::runtime {

class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  ~TaskGroup();  // all tasks must have ended, or the loop must never run again
  TaskGroup(const TaskGroup&) = delete;

  // `name` must be a literal. Ignored after stop() has begun (the coroutine is destroyed without running).
  void spawn(std::string_view name, Awaitable<> task);

  // Asks every task to end: its pending operation completes with a cancellation (ErrorKind::cancelled).
  void cancel();
  // cancel(), then waits until all tasks have ended; false if the deadline passed first.
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline);
  // Waits without cancelling.
  [[nodiscard]] Awaitable<bool> join(Deadline deadline);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool is_stopping() const;
  [[nodiscard]] Executor executor() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::runtime

namespace gatehouse {
using runtime::TaskGroup;
}  // namespace gatehouse
