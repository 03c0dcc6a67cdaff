// SIGTERM and SIGINT as something to wait for.
#pragma once

#include <functional>
#include <memory>

#include "runtime/awaitable.hpp"

namespace gatehouse::runtime {

class StopSignal {
 public:
  // From now on the signals no longer end the process; `on_stop` runs on the executor, once per signal.
  StopSignal(Executor executor, std::function<void()> on_stop);
  ~StopSignal();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::runtime
