// Text of unknown origin made safe for the two formats that leave this folder: JSON strings and UTF-8.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace gatehouse::telemetry {

// With quotes. Any bytes in, valid JSON out: control characters escaped, invalid UTF-8 replaced by U+FFFD.
void append_json_string(fmt::memory_buffer& out, std::string_view text);

// Invalid bytes replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace gatehouse::telemetry
