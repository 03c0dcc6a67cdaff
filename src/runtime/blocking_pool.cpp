#include "runtime/blocking_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace gatehouse::runtime {

struct BlockingPool::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;
  std::size_t queue_max = 0;
  std::size_t busy = 0;
  bool is_stopping = false;
  std::vector<std::thread> threads;

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return is_stopping || !queue.empty(); });
      if (queue.empty()) return;
      {
        const auto next = std::move(queue.front());
        queue.pop_front();
        ++busy;
        lock.unlock();
        next();
      }  // the work and what it holds end before the lock is taken again
      lock.lock();
      --busy;
    }
  }
};

BlockingPool::BlockingPool(std::string_view name, Limits limits) : state_(std::make_unique<State>()) {
  state_->queue_max = limits.queue_max;
  for (std::size_t i = 0; i < limits.threads; ++i) {
    auto& thread = state_->threads.emplace_back([state = state_.get()] { state->work(); });
    pthread_setname_np(thread.native_handle(), std::string(name.substr(0, 15)).c_str());
  }
}

BlockingPool::~BlockingPool() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->is_stopping = true;
  }
  state_->changed.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

bool BlockingPool::submit(std::function<void()> work) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->is_stopping || state_->queue.size() >= state_->queue_max) return false;
    state_->queue.push_back(std::move(work));
  }
  state_->changed.notify_one();
  return true;
}

std::size_t BlockingPool::queued() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->queue.size();
}
std::size_t BlockingPool::threads() const {
  return state_->threads.size();
}
std::size_t BlockingPool::busy_threads() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->busy;
}

}  // namespace gatehouse::runtime
