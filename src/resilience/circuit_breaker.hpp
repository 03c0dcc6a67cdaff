// Stops calling a peer that fails, and finds out carefully when it is back. One per upstream, operation class
// and worker; not thread-safe; time is passed in.
//
//   auto permit = breaker.allow(now);
//   if (!permit) return fail(permit);            // unavailable, "circuit_open"; see retry_after()
//   …                                            // the call
//   permit->succeeded(later);  or  permit->failed(later);      dropping the permit counts for nothing
//
// A failure is: no connection, a timeout, a 5xx, garbage. Not a failure: 4xx (402, 409 and 429 included).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace gatehouse::resilience {

struct CircuitBreakerLimits {
  std::chrono::milliseconds window{10'000};  // in ten buckets
  std::uint32_t calls_min = 10;              // fewer calls in the window never open it
  double failure_ratio = 0.5;
  double slow_ratio = 0.8;
  std::chrono::milliseconds slow_call{3'000};
  std::chrono::milliseconds open_first{5'000};  // doubles with every failed try to close, up to open_max
  std::chrono::milliseconds open_max{60'000};
  double open_jitter = 0.2;  // plus or minus: workers do not come back all at once
  std::uint32_t probes = 3;  // at a time in half-open, and all of them must succeed to close
  std::chrono::milliseconds probes_wait_max{10'000};  // probes that have not answered by then have failed
};

class CircuitBreaker {
  struct Core;

 public:
  enum class State : std::uint8_t { closed, half_open, open };  // in this order as gauge values 0, 1, 2
  using Random01 = std::function<double()>;

  // Leave to make one call. Reports once; the second report is ignored.
  class Permit {
   public:
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&&) noexcept = delete;
    ~Permit();  // not reported: cancelled, its place is free again
    void succeeded(core::SteadyTime now);
    void failed(core::SteadyTime now);

   private:
    friend class CircuitBreaker;
    Permit(std::shared_ptr<Core> core, core::SteadyTime started);
    std::shared_ptr<Core> core_;  // outlives the breaker: a call may end after its route is gone
    core::SteadyTime started_;
    std::uint64_t era_;
  };

  explicit CircuitBreaker(CircuitBreakerLimits limits = {});
  CircuitBreaker(CircuitBreakerLimits limits, Random01 random);

  // `unavailable`/"circuit_open", safe to retry elsewhere.
  [[nodiscard]] Result<Permit> allow(core::SteadyTime now);
  [[nodiscard]] State state() const;
  // Until the next probe may go: for Retry-After. Zero unless open.
  [[nodiscard]] std::chrono::milliseconds retry_after(core::SteadyTime now) const;
  [[nodiscard]] std::uint64_t times_opened() const;

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace gatehouse::resilience
