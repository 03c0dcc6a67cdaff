// Sees to it that the stores come up, however long that takes, and knows whether they answer: the role's
// readiness. Each change of that is one log line with its cause.
#pragma once

#include <functional>

#include "resilience/retry.hpp"
#include "runtime/timer.hpp"
#include "services/auth/stores.hpp"

namespace gatehouse::auth {

class StoreWatch {
 public:
  // What is done once, as soon as the stores answer for the first time.
  using OnFirstAnswer = std::function<Awaitable<Result<void>>()>;

  StoreWatch(Stores& stores, OnFirstAnswer on_first_answer)
      : stores_(stores), on_first_answer_(std::move(on_first_answer)) {}

  // One look. The error if no waiting mends it; nothing else is: see is_ready().
  [[nodiscard]] Awaitable<Result<void>> look();
  // Looks again and again, until it is cancelled.
  [[nodiscard]] Awaitable<> run();
  // `store_starting`, or what the last look found.
  [[nodiscard]] Result<void> is_ready() const { return state_; }

 private:
  void note(const Result<void>& found);

  Stores& stores_;
  OnFirstAnswer on_first_answer_;
  Result<void> state_ = fail(ErrorKind::unavailable, "store_starting");
  bool is_begun_ = false;  // the first answer has come, and what it was waited for is done
  int failures_ = 0;       // in a row
};

}  // namespace gatehouse::auth
