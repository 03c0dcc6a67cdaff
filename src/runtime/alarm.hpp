// Wakes one loop of this worker: a ring that comes while the loop is busy is not lost.
#pragma once

#include <chrono>

#include "runtime/timer.hpp"

namespace gatehouse::runtime {

class Alarm {
 public:
  explicit Alarm(Executor executor) : signal_(executor) {}

  void ring() {
    has_rung_ = true;
    signal_.notify_all();
  }

  // Until the next ring, or that long. ErrorKind::cancelled: the loop is to end.
  [[nodiscard]] Awaitable<Result<void>> wait(std::chrono::milliseconds at_most) {
    if (!has_rung_) {
      const Result<bool> woken = co_await signal_.wait(Deadline::after(at_most));
      if (!woken) co_return fail(woken);
    }
    has_rung_ = false;
    co_return Result<void>{};
  }

 private:
  Signal signal_;
  bool has_rung_ = false;
};

}  // namespace gatehouse::runtime

namespace gatehouse {
using runtime::Alarm;
}  // namespace gatehouse
