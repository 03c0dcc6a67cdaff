// Strict reading of a JSON object into a struct: configuration files and request bodies alike.
//
// The reading functions never fail on the spot: they remember the first error with its path
// ("routes[2].timeout: must be positive") and hand back a default, so that a reader is a list of assignments.
// finish() then gives that error, or names an unknown key.
//
//   Fields fields{object};
//   config.port = fields.optional_int("port", config.port, {1, 65535});
//   config.name = fields.required_text("name", {.bytes_max = 64});
//   if (auto complete = fields.finish(); !complete) return fail(complete);
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::core {

struct TextLimits {
  std::size_t bytes_min = 1;
  std::size_t bytes_max = 1024;
};

struct IntRange {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

class Fields {
 public:
  explicit Fields(const json::object& object, std::string path = {});

  std::string required_text(std::string_view name, TextLimits = {});
  std::string optional_text(std::string_view name, std::string fallback, TextLimits = {});
  std::optional<std::string> maybe_text(std::string_view name, TextLimits = {});  // absent or null: nothing
  std::int64_t required_int(std::string_view name, IntRange);
  std::int64_t optional_int(std::string_view name, std::int64_t fallback, IntRange);
  std::optional<std::int64_t> maybe_int(std::string_view name, IntRange);
  bool optional_flag(std::string_view name, bool fallback);
  // "250ms", "30s", "5m", "24h", "7d"
  std::chrono::milliseconds optional_duration(std::string_view name, std::chrono::milliseconds fallback);
  // "64KiB", "1MiB", or a plain number of bytes
  std::size_t optional_size(std::string_view name, std::size_t fallback);
  std::vector<std::string> optional_texts(std::string_view name, std::vector<std::string> fallback);
  const json::object* maybe_object(std::string_view name);
  const json::array* maybe_array(std::string_view name);
  const json::value* maybe_value(std::string_view name);

  // For rules across fields: the path is prefixed, the first error wins.
  void reject(std::string_view name, std::string_view why);
  void ignore(std::string_view name) { seen_.insert(std::string(name)); }
  [[nodiscard]] std::string path_of(std::string_view name) const;

  // ErrorKind::invalid, reason "invalid_field" or "unknown_field", detail "path: why".
  [[nodiscard]] Result<void> finish() const;
  // As finish(), but unknown keys are let pass: for formats that others own.
  [[nodiscard]] Result<void> finish_lenient() const;

 private:
  const json::value* take(std::string_view name);
  const json::value* need(std::string_view name);
  std::optional<std::string> text_of(std::string_view name, const json::value&, TextLimits);
  std::optional<std::int64_t> int_of(std::string_view name, const json::value&, IntRange);

  const json::object& object_;
  std::string path_;
  std::set<std::string, std::less<>> seen_;
  std::optional<std::string> first_error_;
};

// Parses JSON from the outside: depth at most 32, nothing after the value, duplicate keys refused.
// ErrorKind::invalid, reason "malformed_json".
[[nodiscard]] Result<json::value> parse_json(std::string_view text);
[[nodiscard]] Result<json::object> parse_json_object(std::string_view text);

}  // namespace gatehouse::core

namespace gatehouse {
using core::Fields;
}  // namespace gatehouse
