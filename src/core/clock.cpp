#include "core/clock.hpp"

#include <fmt/format.h>

namespace gatehouse::core {

namespace chrono = std::chrono;

SystemTime SystemClock::now() const {
  return chrono::time_point_cast<chrono::microseconds>(chrono::system_clock::now());
}
SteadyTime SystemClock::steady_now() const {
  return chrono::steady_clock::now();
}

std::int64_t unix_seconds(SystemTime at) {
  return chrono::floor<chrono::seconds>(at).time_since_epoch().count();
}
std::int64_t unix_millis(SystemTime at) {
  return chrono::floor<chrono::milliseconds>(at).time_since_epoch().count();
}
std::int64_t unix_micros(SystemTime at) {
  return at.time_since_epoch().count();
}
SystemTime from_unix_seconds(std::int64_t seconds) {
  return SystemTime{chrono::seconds{seconds}};
}
SystemTime from_unix_micros(std::int64_t micros) {
  return SystemTime{chrono::microseconds{micros}};
}

std::string rfc3339(SystemTime at) {
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss time{chrono::floor<chrono::milliseconds>(at - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace gatehouse::core
