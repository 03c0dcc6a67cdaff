// When and how late to try again: pure rules; the caller sleeps. Only one layer of a call path retries, only
// what is idempotent or carries an idempotency key, and only while the budget of the upstream allows.
//
// Order around a call, outer to inner: deadline, bulkhead, retry with budget, circuit breaker, time limit of
// one try. Defaults for our own services: 3 attempts, full jitter from 50 ms, capped at 2 s; for third
// parties 500 ms to 5 s.
#pragma once

#include <chrono>
#include <optional>

#include "core/result.hpp"

namespace gatehouse::resilience {

using Millis = std::chrono::milliseconds;

struct RetryPolicy {
  int attempts_max = 3;  // the first one included
  Millis base{50};
  Millis cap{2'000};

  // The wait before retry number `retry` (1 is the first): uniform in [0, min(cap, base * 2^(retry - 1))).
  // `random01` is in [0, 1).
  [[nodiscard]] Millis delay(int retry, double random01) const;

  // The wait before the next attempt, or nothing if there shall be none: attempts used up, or the wait would
  // not leave any of the `remaining` time. What the peer asked for (Retry-After) is waited for at least.
  [[nodiscard]] std::optional<Millis> next(int attempts_made, double random01, Millis remaining,
                                           std::optional<Millis> retry_after = std::nullopt) const;
};

inline constexpr RetryPolicy kThirdPartyRetries{.attempts_max = 3, .base = Millis{500}, .cap = Millis{5'000}};

// Whether a call may have its effect twice: true for GET, PUT, DELETE and whatever carries an idempotency
// key.
enum class Repeatable { no, yes };

// An error that may pass: a timeout, an unreachable peer or nonsense from it. What is not repeatable is
// retried only if the error says that surely nothing happened.
[[nodiscard]] bool may_retry(const Error& error, Repeatable repeatable);

struct RetryBudgetLimits {
  double tokens_max = 100;
  double per_success = 0.1;
};

// Keeps retries from making an outage worse (gRPC A6): a failure costs a token, a success gives a tenth back,
// and below half of the tokens nobody retries. One per upstream and worker; not thread-safe.
class RetryBudget {
 public:
  explicit RetryBudget(RetryBudgetLimits limits = {}) : limits_(limits), tokens_(limits.tokens_max) {}

  void note_success();
  void note_failure();
  [[nodiscard]] bool allows_retry() const { return tokens_ > limits_.tokens_max / 2; }
  [[nodiscard]] double tokens() const { return tokens_; }

 private:
  RetryBudgetLimits limits_;
  double tokens_;
};

}  // namespace gatehouse::resilience
