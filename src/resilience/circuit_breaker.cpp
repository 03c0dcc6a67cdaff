#include "resilience/circuit_breaker.hpp"

#include <algorithm>
#include <utility>

#include "resilience/call_window.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::resilience {

struct CircuitBreaker::Core {
  Core(CircuitBreakerLimits limits_, Random01 random_)
      : limits(limits_), random(std::move(random_)), window(limits_.window) {}

  void report(std::uint64_t of_era, core::SteadyTime now, CallCounts counts);
  void release(std::uint64_t of_era);
  void open(core::SteadyTime now);
  void close();
  void begin_probing(core::SteadyTime now);
  [[nodiscard]] bool is_too_bad(core::SteadyTime now) const;

  const CircuitBreakerLimits limits;
  const Random01 random;
  CallWindow window;
  State state = State::closed;
  std::uint64_t era = 0;  // grows with every change of state: late answers to an earlier one do not count
  std::uint64_t opened = 0;
  core::SteadyTime open_until{};
  std::chrono::milliseconds open_for{0};  // without jitter; zero while closed
  core::SteadyTime probing_since{};
  std::uint32_t probes_running = 0;
  std::uint32_t probes_succeeded = 0;
};

void CircuitBreaker::Core::report(std::uint64_t of_era, core::SteadyTime now, CallCounts counts) {
  if (of_era != era) return;
  if (state == State::half_open) {
    --probes_running;
    if (counts.failures + counts.slow > 0) return open(now);
    if (++probes_succeeded >= limits.probes) close();
    return;
  }
  window.add(now, counts);
  if (is_too_bad(now)) open(now);
}

void CircuitBreaker::Core::release(std::uint64_t of_era) {
  if (of_era == era && state == State::half_open) --probes_running;
}

bool CircuitBreaker::Core::is_too_bad(core::SteadyTime now) const {
  const CallCounts total = window.total(now);
  if (total.calls < limits.calls_min) return false;
  return total.failures >= limits.failure_ratio * total.calls ||
         total.slow >= limits.slow_ratio * total.calls;
}

void CircuitBreaker::Core::open(core::SteadyTime now) {
  open_for = open_for.count() == 0 ? limits.open_first : std::min(open_for * 2, limits.open_max);
  const double factor = 1 + limits.open_jitter * (2 * random() - 1);
  open_until = now + std::chrono::duration_cast<std::chrono::microseconds>(open_for * factor);
  state = State::open;
  ++era;
  ++opened;
}

void CircuitBreaker::Core::close() {
  state = State::closed;
  ++era;
  open_for = std::chrono::milliseconds{0};
  window.clear();
}

void CircuitBreaker::Core::begin_probing(core::SteadyTime now) {
  state = State::half_open;
  ++era;
  probing_since = now;
  probes_running = 0;
  probes_succeeded = 0;
}

CircuitBreaker::Permit::Permit(std::shared_ptr<Core> core, core::SteadyTime started)
    : core_(std::move(core)), started_(started), era_(core_->era) {}

CircuitBreaker::Permit::~Permit() {
  if (core_) core_->release(era_);
}

void CircuitBreaker::Permit::succeeded(core::SteadyTime now) {
  if (!core_) return;
  const bool slow = now - started_ >= core_->limits.slow_call;
  std::exchange(core_, nullptr)->report(era_, now, {.calls = 1, .slow = slow ? 1U : 0U});
}

void CircuitBreaker::Permit::failed(core::SteadyTime now) {
  if (!core_) return;
  std::exchange(core_, nullptr)->report(era_, now, {.calls = 1, .failures = 1});
}

CircuitBreaker::CircuitBreaker(CircuitBreakerLimits limits)
    : CircuitBreaker(limits, telemetry::fast_random01) {}
CircuitBreaker::CircuitBreaker(CircuitBreakerLimits limits, Random01 random)
    : core_(std::make_shared<Core>(limits, std::move(random))) {}

Result<CircuitBreaker::Permit> CircuitBreaker::allow(core::SteadyTime now) {
  Core& core = *core_;
  if (core.state == State::open && now >= core.open_until) core.begin_probing(now);
  if (core.state == State::half_open) {
    const bool all_places_taken = core.probes_running + core.probes_succeeded >= core.limits.probes;
    // Probes that hang would keep it half open for ever: they have failed.
    if (all_places_taken && now - core.probing_since >= core.limits.probes_wait_max) core.open(now);
    if (!all_places_taken) {
      ++core.probes_running;
      return Permit(core_, now);
    }
  }
  if (core.state == State::closed) return Permit(core_, now);
  auto refused = fail(ErrorKind::unavailable, "circuit_open", {}, Origin::upstream);
  refused.error().safe_to_retry = true;
  return refused;
}

CircuitBreaker::State CircuitBreaker::state() const {
  return core_->state;
}
std::uint64_t CircuitBreaker::times_opened() const {
  return core_->opened;
}

std::chrono::milliseconds CircuitBreaker::retry_after(core::SteadyTime now) const {
  if (core_->state != State::open || now >= core_->open_until) return std::chrono::milliseconds{0};
  return std::chrono::ceil<std::chrono::milliseconds>(core_->open_until - now);
}

}  // namespace gatehouse::resilience
