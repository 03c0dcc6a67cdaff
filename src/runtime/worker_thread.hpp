// A worker with a thread of its own, for roles that use more than one core.
#pragma once

#include <memory>
#include <string>

#include "runtime/worker.hpp"

namespace gatehouse::runtime {

class WorkerThread {
 public:
  explicit WorkerThread(std::string name);
  ~WorkerThread();  // stops the loop and joins
  WorkerThread(const WorkerThread&) = delete;

  [[nodiscard]] Worker& worker() { return worker_; }
  // Before this, what is posted waits.
  void start();

 private:
  struct Thread;
  Worker worker_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace gatehouse::runtime
