#include "runtime/worker.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "telemetry/log.hpp"

namespace gatehouse::runtime {

void Worker::post(std::function<void()> work) {
  boost::asio::post(io_, std::move(work));
}

void Worker::run() {
  const auto alive = boost::asio::make_work_guard(io_);
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception& bug) {
      // A handler let an exception out: one exchange is lost, the worker is not.
      telemetry::log::error(
          "worker-exception", "an exception reached the event loop",
          {telemetry::log::field("worker", name_), telemetry::log::field("error.message", bug.what())});
    }
  }
}

void Worker::stop() {
  io_.stop();
}

}  // namespace gatehouse::runtime
