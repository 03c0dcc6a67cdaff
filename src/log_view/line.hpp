// One log line, read as far as a filter and a reader need it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"

namespace gatehouse::log_view {

struct Line {
  std::string time;  // as it stands there, RFC 3339 in UTC: it sorts as text
  std::string level;
  std::string instance;
  std::string trace;
  std::string request;  // of the gateway's lines: the id that the answer carried
  std::string text;     // the line itself
  json::object fields;  // all of it
};

// Nothing for what is no JSON object: then nobody can say when it was.
[[nodiscard]] std::optional<Line> parse_line(std::string_view text, std::string_view instance);

// "debug" 0 … "error" 3; -1 for anything else.
[[nodiscard]] int rank_of(std::string_view level);

enum class Colour { no, yes };
// "14:41:39.123 WARN  orders-1       could not deliver  outbox-send  error.code=… trace.id=…"; the date only
// if the line is of another day than `day` ("2026-11-23"). Control characters are shown as '.': a log line
// must not speak to the terminal.
[[nodiscard]] std::string as_text(const Line& line, std::string_view day, Colour colour);

}  // namespace gatehouse::log_view
