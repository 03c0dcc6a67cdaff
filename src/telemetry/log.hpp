// The log: one ECS JSON line per event, in rotated files or on stdout. Lines go into a bounded buffer that a
// thread of its own writes, so a slow reader or a full disk never stops a worker; what does not fit is
// dropped and counted in a line of its own.
//
//   log::info("order-confirmed", "order confirmed", {log::field("order.id", id), log::field(trace)});
//   log::warn("outbox-send", "could not deliver, will try again", {log::field(error)});
//
// The first argument becomes event.action: a literal in kebab-case, what dashboards count. A Secret or Pii as
// value does not compile; log::redacted(key) shows that something was there.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "telemetry/log_files.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::telemetry::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };

// A literal of letters, digits and ". _ -": checked by the compiler, so it never needs escaping.
class Literal {
 public:
  template <std::size_t Size>
  consteval Literal(const char (&text)[Size])
      : text_(text, Size - 1) {  // implicit: a literal is the spelling
    for (const char c : text_) {
      const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        c == '.' || c == '_' || c == '-';
      if (!fine) throw "a log key or action is made of letters, digits and . _ -";
    }
  }
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// A key and a value that is only looked at: it must outlive the call, nothing more.
class Field {
 public:
  struct Redacted {};
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool, Redacted,
                             const Error*, const TraceContext*>;
  Field(std::string_view key, Value value) : key_(key), value_(value) {}
  [[nodiscard]] std::string_view key() const { return key_; }
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  std::string_view key_;
  Value value_;
};

[[nodiscard]] inline Field field(Literal key, std::string_view value) {
  return {key.text(), value};
}
template <class T>
  requires std::is_arithmetic_v<T>
[[nodiscard]] Field field(Literal key, T value) {
  if constexpr (std::same_as<T, bool> || std::floating_point<T>) {
    return {key.text(),
            Field::Value{std::in_place_type<std::conditional_t<std::same_as<T, bool>, bool, double>>, value}};
  } else if constexpr (std::signed_integral<T>) {
    return {key.text(), static_cast<std::int64_t>(value)};
  } else {
    return {key.text(), static_cast<std::uint64_t>(value)};
  }
}
Field field(Literal key, const Secret&) = delete;  // also Pii
// error.type (kind), error.code (reason), error.message (detail).
[[nodiscard]] inline Field field(const Error& error) {
  return {{}, &error};
}
// trace.id and span.id.
[[nodiscard]] inline Field field(const TraceContext& trace) {
  return {{}, &trace};
}
[[nodiscard]] inline Field redacted(Literal key) {
  return {key.text(), Field::Redacted{}};
}

struct Settings {
  std::string service = "gatehouse";  // service.name
  std::string instance;               // service.node.name
  Level level = Level::info;
  int descriptor = 1;                          // stdout
  std::shared_ptr<RotatingFile> file;          // instead of the descriptor
  std::size_t buffered_bytes_max = 8U << 20U;  // beyond it lines are dropped and counted
};

// Once per process at start-up (again only in tests). Before it, warnings and errors go out under
// "gatehouse".
void configure(Settings);
void configure(std::string service, std::string instance, Level level);
// Returns when all that was logged before is written.
void flush();

// How many lines were lost since the start of the process.
[[nodiscard]] std::uint64_t dropped_lines();

[[nodiscard]] std::string_view name_of(Level);

namespace threshold {
extern std::atomic<Level> level;
}
[[nodiscard]] inline bool enabled(Level level) noexcept {
  return level >= threshold::level.load(std::memory_order_relaxed);
}

void write(Level, Literal action, std::string_view message, std::span<const Field> fields);

inline void debug(Literal action, std::string_view message, std::initializer_list<Field> fields = {}) {
  if (enabled(Level::debug)) write(Level::debug, action, message, {fields.begin(), fields.size()});
}
inline void info(Literal action, std::string_view message, std::initializer_list<Field> fields = {}) {
  if (enabled(Level::info)) write(Level::info, action, message, {fields.begin(), fields.size()});
}
inline void warn(Literal action, std::string_view message, std::initializer_list<Field> fields = {}) {
  if (enabled(Level::warn)) write(Level::warn, action, message, {fields.begin(), fields.size()});
}
inline void error(Literal action, std::string_view message, std::initializer_list<Field> fields = {}) {
  if (enabled(Level::error)) write(Level::error, action, message, {fields.begin(), fields.size()});
}

}  // namespace gatehouse::telemetry::log

namespace gatehouse {
namespace log = telemetry::log;
}  // namespace gatehouse
