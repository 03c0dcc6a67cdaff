#include "log_view/line.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "telemetry/log_reader.hpp"

namespace gatehouse::log_view {

namespace {

constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> kColours{"\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

// Said already, or the same in every line of a role.
constexpr std::array<std::string_view, 8> kUnsaid{"@timestamp",  "log.level",          "message",
                                                  "ecs.version", "service.name",       "service.node.name",
                                                  "process.pid", telemetry::kLineIdKey};

std::string text_of(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// C0, DEL, and C1 as UTF-8 writes it (C2 80 to C2 9F).
std::string harmless(std::string text) {
  bool is_after_c2 = false;
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = byte < 0x20 || byte == 0x7F || (is_after_c2 && byte >= 0x80 && byte < 0xA0);
    is_after_c2 = byte == 0xC2;
    if (is_control) c = '.';
  }
  return text;
}

}  // namespace

std::optional<Line> parse_line(std::string_view text, std::string_view instance) {
  auto fields = core::parse_json_object(text);
  if (!fields) return std::nullopt;
  Line line{.time = text_of(*fields, "@timestamp"),
            .level = text_of(*fields, "log.level"),
            .instance = std::string(instance),
            .trace = text_of(*fields, "trace.id"),
            .request = text_of(*fields, "http.request.id"),
            .text = std::string(text)};
  line.fields = std::move(*fields);
  return line;
}

int rank_of(std::string_view level) {
  const auto found = std::ranges::find(kLevels, level);
  return found == kLevels.end() ? -1 : static_cast<int>(found - kLevels.begin());
}

std::string as_text(const Line& line, std::string_view day, Colour colour) {
  const auto paint = [colour](std::string_view with, std::string text) {
    return colour == Colour::no ? text : fmt::format("{}{}{}", with, text, kPlain);
  };
  const int rank = rank_of(line.level);
  std::string level = line.level;
  for (char& c : level) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  const std::string time =
      line.time.starts_with(day) && line.time.size() >= 23 ? line.time.substr(11, 12) : line.time;
  std::string text = paint(kDim, harmless(time));
  text += ' ' + paint(rank < 0 ? kDim : kColours[static_cast<std::size_t>(rank)],
                      fmt::format("{:<5}", harmless(level)));
  text += fmt::format(" {:<14} {}", line.instance, harmless(text_of(line.fields, "message")));
  for (const auto& member : line.fields) {
    const std::string_view key = member.key();
    if (std::ranges::find(kUnsaid, key) != kUnsaid.end()) continue;
    const json::value& value = member.value();
    std::string shown = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    text += "  " + paint(kDim, harmless(std::string(key)) + "=") + harmless(std::move(shown));
  }
  return text;
}

}  // namespace gatehouse::log_view
