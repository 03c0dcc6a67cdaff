// Hears a channel of NOTIFY, on a connection of its own that comes back by itself. What is told carries
// nothing: "look again".
#pragma once

#include <functional>
#include <string>

#include "runtime/task_group.hpp"
#include "storage/postgres/connection.hpp"

namespace gatehouse::storage::postgres {

class Listener {
 public:
  // `channel` must be a constant name of lower-case letters and underscores. `on_news` is called on the
  // worker, also after a new connection: something may have been missed.
  Listener(runtime::Executor executor, Options options, std::string channel, std::function<void()> on_news);
  ~Listener();  // after stop(), or when the loop never runs again
  Listener(const Listener&) = delete;

  void start();
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline);

 private:
  Awaitable<> keep();
  Awaitable<Result<void>> listen();

  const Options options_;
  const std::string channel_;
  std::function<void()> on_news_;
  TaskGroup tasks_;
  int failures_ = 0;
};

}  // namespace gatehouse::storage::postgres
