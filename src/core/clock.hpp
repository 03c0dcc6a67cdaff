// Time as a dependency. Rules take a `now`; only the edges hold a Clock. Tests use ManualClock.
#pragma once

#include <chrono>
#include <string>

namespace gatehouse::core {

using SystemTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SystemTime now() const = 0;         // wall clock, UTC: what is stored and signed
  [[nodiscard]] virtual SteadyTime steady_now() const = 0;  // never goes back: what deadlines are made of
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SystemTime now() const override;
  [[nodiscard]] SteadyTime steady_now() const override;
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(SystemTime start = SystemTime{std::chrono::seconds{1'800'000'000}}) : now_(start) {}
  [[nodiscard]] SystemTime now() const override { return now_; }
  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{now_.time_since_epoch()}; }
  void advance(std::chrono::microseconds by) { now_ += by; }

 private:
  SystemTime now_;
};

[[nodiscard]] std::int64_t unix_seconds(SystemTime);
[[nodiscard]] std::int64_t unix_millis(SystemTime);
[[nodiscard]] std::int64_t unix_micros(SystemTime);
[[nodiscard]] SystemTime from_unix_seconds(std::int64_t);
[[nodiscard]] SystemTime from_unix_micros(std::int64_t);

// RFC 3339 with milliseconds and Z: 2026-11-23T14:41:39.123Z
[[nodiscard]] std::string rfc3339(SystemTime);

}  // namespace gatehouse::core
