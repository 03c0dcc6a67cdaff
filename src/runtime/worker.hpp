// One event loop on one thread. What lives on a worker is touched by that thread only and needs no lock;
// crossing over is post() with values.
#pragma once

#include <functional>
#include <string>

#include "runtime/awaitable.hpp"

namespace gatehouse::runtime {

class Worker {
 public:
  explicit Worker(std::string name) : name_(std::move(name)) {}
  Worker(const Worker&) = delete;

  [[nodiscard]] Executor executor() { return io_.get_executor(); }
  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  // Runs `work` on this worker's thread, soon. Safe from any thread.
  void post(std::function<void()> work);

  // Runs the loop on the calling thread until stop(), or until nothing is left to do and no keep_alive()
  // holds it. Exceptions that reach the loop are bugs: logged, counted, and the loop goes on.
  void run();
  void stop();

 private:
  std::string name_;
  boost::asio::io_context io_{1};
};

// Runs one coroutine to its end on a loop of its own: for commands, tests and start-up.
template <class T>
T run_to_end(boost::asio::io_context& io, Awaitable<T> task);
template <class T>
T run_to_end(Awaitable<T> task);

}  // namespace gatehouse::runtime

#include "runtime/run_to_end.ipp"
