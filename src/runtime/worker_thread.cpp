#include "runtime/worker_thread.hpp"

#include <thread>

namespace gatehouse::runtime {

struct WorkerThread::Thread {
  std::jthread thread;
};

WorkerThread::WorkerThread(std::string name) : worker_(std::move(name)) {}

WorkerThread::~WorkerThread() {
  worker_.stop();
  thread_.reset();  // joins
}

void WorkerThread::start() {
  thread_ = std::make_unique<Thread>(std::jthread([this] { worker_.run(); }));
}

}  // namespace gatehouse::runtime
