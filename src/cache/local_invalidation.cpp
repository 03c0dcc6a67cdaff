// Invalidation within one process: what one worker changes, the others forget.
#include <mutex>

#include <boost/asio/post.hpp>

#include "cache/invalidation.hpp"

namespace gatehouse::cache {

struct InvalidationHub::State {
  struct Worker {
    runtime::Executor executor;
    std::weak_ptr<std::vector<Invalidation::Listener>> listeners;
  };

  void tell(const Change& change) {
    const std::scoped_lock lock(mutex);
    std::erase_if(workers, [](const Worker& worker) { return worker.listeners.expired(); });
    for (const Worker& worker : workers) {
      // Looked up again on the worker: only there its listeners are touched.
      boost::asio::post(worker.executor, [change, weak = worker.listeners] {
        const auto listeners = weak.lock();
        if (!listeners) return;
        for (const auto& listener : *listeners) listener(change);
      });
    }
  }

  std::mutex mutex;
  std::vector<Worker> workers;
};

InvalidationHub::InvalidationHub() : state_(std::make_shared<State>()) {}
InvalidationHub::~InvalidationHub() = default;

LocalInvalidation::LocalInvalidation(InvalidationHub& hub, runtime::Executor executor) : hub_(hub.state_) {
  const std::scoped_lock lock(hub_->mutex);
  hub_->workers.push_back({executor, listeners_});
}

void LocalInvalidation::subscribe(Listener listener) {
  listeners_->push_back(std::move(listener));
}

Awaitable<Result<void>> LocalInvalidation::publish(std::string key, std::int64_t version) {
  hub_->tell({std::move(key), version});
  co_return Result<void>{};
}

}  // namespace gatehouse::cache
