#include "runtime/task_group.hpp"

#include <list>

#include "runtime/start_task.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::runtime {

namespace asio = boost::asio;

struct TaskGroup::State {
  struct Task {
    std::string_view name;
    asio::cancellation_signal signal;
  };

  explicit State(Executor executor_) : executor(executor_), ended(executor_) {}

  Executor executor;
  std::list<Task> tasks;
  Signal ended;
  bool is_stopping = false;
};

namespace {

void report(std::string_view name, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& bug) {
    telemetry::log::error(
        "task-exception", "a background task ended with an exception",
        {telemetry::log::field("task", name), telemetry::log::field("error.message", bug.what())});
  }
}

}  // namespace

TaskGroup::TaskGroup(Executor executor) : state_(std::make_shared<State>(executor)) {}
TaskGroup::~TaskGroup() {
  state_->is_stopping = true;
}

void TaskGroup::spawn(std::string_view name, Awaitable<> task) {
  if (state_->is_stopping) return;
  auto entry = state_->tasks.emplace(state_->tasks.end());
  entry->name = name;
  const auto slot = entry->signal.slot();
  // The state outlives the group: a task may end while its owner is being destroyed.
  auto on_end = [state = state_, entry](const std::exception_ptr& failure) {
    if (failure) report(entry->name, failure);
    state->tasks.erase(entry);
    if (state->tasks.empty()) state->ended.notify_all();
  };
  detail::start_task(state_->executor, slot, std::move(task), std::move(on_end));
}

void TaskGroup::cancel() {
  // A task that ends at once erases its entry: step on before emitting.
  for (auto entry = state_->tasks.begin(); entry != state_->tasks.end();) {
    auto& signal = entry->signal;
    ++entry;
    signal.emit(asio::cancellation_type::terminal);
  }
}

Awaitable<bool> TaskGroup::stop(Deadline deadline) {
  state_->is_stopping = true;
  cancel();
  co_return co_await join(deadline);
}

Awaitable<bool> TaskGroup::join(Deadline deadline) {
  const auto state = state_;
  while (!state->tasks.empty() && !deadline.is_over()) {
    const auto notified = co_await state->ended.wait(deadline);
    if (!notified) break;
  }
  co_return state->tasks.empty();
}

std::size_t TaskGroup::size() const {
  return state_->tasks.size();
}
bool TaskGroup::is_stopping() const {
  return state_->is_stopping;
}
Executor TaskGroup::executor() const {
  return state_->executor;
}

}  // namespace gatehouse::runtime
