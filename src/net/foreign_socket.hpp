// A socket that somebody else owns, a client library's say: it is only waited for. The owner reads, writes
// and closes it.
#pragma once

#include <memory>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::net {

enum class Readiness { readable, writable, either };

class ForeignSocket {
 public:
  // `descriptor` must be non-blocking, and open as long as this object lives.
  ForeignSocket(runtime::Executor executor, int descriptor);
  ForeignSocket(ForeignSocket&&) noexcept;
  ForeignSocket& operator=(ForeignSocket&&) noexcept;
  ~ForeignSocket();  // lets go of the descriptor, which stays open

  // `timeout`/"io_timeout" after the deadline (checked about every 50 ms), `cancelled` when the task group
  // stops. An error of the socket counts as ready: its owner meets it.
  [[nodiscard]] Awaitable<Result<void>> wait(Readiness readiness, Deadline deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::net
