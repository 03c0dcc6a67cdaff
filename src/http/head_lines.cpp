// Implements the grammar.
#include "http/head_lines.hpp"

#include "core/text.hpp"

namespace gatehouse::http {
namespace {

std::optional<Version> version_of(std::string_view text) {
  if (text == "HTTP/1.1") return Version::http11;
  if (text == "HTTP/1.0") return Version::http10;
  return std::nullopt;
}

// No control characters but tab and pairs of CR and LF; RFC 9110 section 5.5 allows bytes beyond ASCII. One
// pass over the whole head, without an early end and byte by byte, so that the compiler judges many at a
// time: a bearer token of a kilobyte costs next to nothing.
bool is_sound(std::string_view head) {
  if (head.empty() || head.front() == '\n') return false;
  std::uint8_t found = 0;
  for (const char c : head) {
    const auto byte = static_cast<std::uint8_t>(c);
    const std::uint8_t is_control = byte < 0x20 ? 1 : 0;
    const std::uint8_t is_allowed = (byte == '\t' ? 1 : 0) | (byte == '\r' ? 1 : 0) | (byte == '\n' ? 1 : 0);
    found = static_cast<std::uint8_t>(found | (is_control ^ is_allowed) | (byte == 0x7F ? 1 : 0));
  }
  const char* const before = head.data();
  const char* const after = head.data() + 1;
  for (std::size_t i = 0; i + 1 < head.size(); ++i) {
    found = static_cast<std::uint8_t>(found | ((before[i] == '\r' ? 1 : 0) ^ (after[i] == '\n' ? 1 : 0)));
  }
  return found == 0;
}

}  // namespace

HeadLines::HeadLines(std::string_view head) : rest_(is_sound(head) ? head : std::string_view{}) {}

std::optional<std::string_view> HeadLines::line() {
  const auto end = rest_.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = rest_.substr(0, end - 1);  // in a sound head a CR stands before it
  rest_.remove_prefix(end + 1);
  return text;
}

std::optional<RequestLine> HeadLines::request_line() {
  const auto text = line();
  if (!text) return std::nullopt;
  const auto first = text->find(' ');
  const auto last = text->rfind(' ');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const auto version = version_of(text->substr(last + 1));
  const RequestLine parts{.method = text->substr(0, first),
                          .target = text->substr(first + 1, last - first - 1),
                          .version = version.value_or(Version::http11)};
  const bool has_one_target = parts.target.find(' ') == std::string_view::npos;
  const bool is_target = !parts.target.empty() && parts.target.find('\t') == std::string_view::npos;
  if (!version || !has_one_target || !is_token(parts.method) || !is_target) return std::nullopt;
  return parts;
}

std::optional<StatusLine> HeadLines::status_line() {
  const auto text = line();
  constexpr std::size_t kVersionSize = 8;
  if (!text || text->size() < kVersionSize + 4 || (*text)[kVersionSize] != ' ') return std::nullopt;
  const auto version = version_of(text->substr(0, kVersionSize));
  const auto status = core::parse_int<unsigned>(text->substr(kVersionSize + 1, 3));
  const auto reason = text->substr(kVersionSize + 4);
  const bool has_status = status && *status >= 100 && (reason.empty() || reason.front() == ' ');
  if (!version || !has_status) return std::nullopt;
  return StatusLine{.status = *status, .version = *version};
}

HeadLines::Found HeadLines::next(HeaderField& field) {
  const auto text = line();
  if (!text) return Found::malformed;
  if (text->empty()) return rest_.empty() ? Found::end : Found::malformed;
  const auto colon = text->find(':');
  if (colon == std::string_view::npos) return Found::malformed;
  field = {.name = text->substr(0, colon), .value = core::trim(text->substr(colon + 1))};
  return is_token(field.name) ? Found::field : Found::malformed;
}

}  // namespace gatehouse::http
