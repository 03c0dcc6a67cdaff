// Implements the grammar. A line is found with one vectorised search and judged eight bytes at a time: a
// bearer token of a kilobyte costs little more than a short value.
#include "http/head_lines.hpp"

#include <cstring>

#include "core/text.hpp"

namespace gatehouse::http {
namespace {

constexpr bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// Whether any of eight bytes is a control character, or (tab is one) must be looked at closer.
bool may_have_control(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const std::uint64_t below_space = (bytes - kOnes * 0x20) & ~bytes;
  const std::uint64_t delete_bytes = bytes ^ (kOnes * 0x7F);
  const std::uint64_t is_delete = (delete_bytes - kOnes) & ~delete_bytes;
  return ((below_space | is_delete) & kHighBits) != 0;
}

std::optional<Version> version_of(std::string_view text) {
  if (text == "HTTP/1.1") return Version::http11;
  if (text == "HTTP/1.0") return Version::http10;
  return std::nullopt;
}

bool is_target(std::string_view text) {
  return !text.empty() && is_text(text) && text.find('\t') == std::string_view::npos;
}

}  // namespace

bool is_text(std::string_view bytes) {
  while (bytes.size() >= 8) {
    std::uint64_t block = 0;
    std::memcpy(&block, bytes.data(), 8);
    if (may_have_control(block)) {
      for (const char c : bytes.substr(0, 8)) {
        if (is_control(c) && c != '\t') return false;
      }
    }
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) {
    if (is_control(c) && c != '\t') return false;
  }
  return true;
}

std::optional<std::string_view> HeadLines::line() {
  const void* const found = std::memchr(rest_.data(), '\n', rest_.size());
  if (found == nullptr) return std::nullopt;
  const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - rest_.data());
  if (end == 0 || rest_[end - 1] != '\r') return std::nullopt;
  const std::string_view text = rest_.substr(0, end - 1);
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
  if (!version || !has_one_target || !is_token(parts.method) || !is_target(parts.target)) return std::nullopt;
  return parts;
}

std::optional<StatusLine> HeadLines::status_line() {
  const auto text = line();
  constexpr std::size_t kVersionSize = 8;
  if (!text || text->size() < kVersionSize + 4 || (*text)[kVersionSize] != ' ') return std::nullopt;
  const auto version = version_of(text->substr(0, kVersionSize));
  const auto status = core::parse_int<unsigned>(text->substr(kVersionSize + 1, 3));
  const auto reason = text->substr(kVersionSize + 4);
  const bool is_sound =
      version && status && *status >= 100 && (reason.empty() || reason.front() == ' ') && is_text(reason);
  if (!is_sound) return std::nullopt;
  return StatusLine{.status = *status, .version = *version};
}

HeadLines::Found HeadLines::next(HeaderField& field) {
  const auto text = line();
  if (!text) return Found::malformed;
  if (text->empty()) return rest_.empty() ? Found::end : Found::malformed;
  const auto colon = text->find(':');
  if (colon == std::string_view::npos) return Found::malformed;
  field = {.name = text->substr(0, colon), .value = core::trim(text->substr(colon + 1))};
  return is_token(field.name) && is_text(field.value) ? Found::field : Found::malformed;
}

}  // namespace gatehouse::http
