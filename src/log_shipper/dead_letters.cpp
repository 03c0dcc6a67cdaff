#include "log_shipper/dead_letters.hpp"

#include <fmt/format.h>

#include "telemetry/json_text.hpp"

namespace gatehouse::log_shipper {

namespace {

constexpr telemetry::LogFileLimits kLimits{.file_bytes_max = 4U << 20U, .files_max = 4};

}  // namespace

Result<DeadLetters> DeadLetters::open(const std::filesystem::path& directory) {
  auto file = telemetry::RotatingFile::open(directory, "dead-letters", kLimits);
  if (!file) return fail(file);
  return DeadLetters(std::move(*file));
}

// The line as text: it may be no JSON at all.
bool DeadLetters::keep(const Item& item, unsigned status, std::string_view why) {
  fmt::memory_buffer out;
  fmt::format_to(fmt::appender(out), R"({{"status":{},"why":)", status);
  telemetry::append_json_string(out, why);
  fmt::format_to(fmt::appender(out), R"(,"id":"{}","line":)", item.id);
  telemetry::append_json_string(out, item.line);
  out.push_back('}');
  out.push_back('\n');
  return file_.write({out.data(), out.size()}) == 0;
}

}  // namespace gatehouse::log_shipper
