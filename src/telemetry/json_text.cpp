#include "telemetry/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/text.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Bytes that stand for themselves in a JSON string: printable ASCII but for quote and backslash.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) {
  return kPlain[static_cast<unsigned char>(c)];
}

// How many bytes at the front are plain, eight at a time: nearly all text is plain from end to end.
std::size_t plain_size(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const auto has_zero = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighBits; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    const std::uint64_t is_control = (bytes - kOnes * 0x20) & ~bytes & kHighBits;
    const std::uint64_t is_special =
        has_zero(bytes ^ kOnes * '"') | has_zero(bytes ^ kOnes * '\\') | has_zero(bytes ^ kOnes * 0x7F);
    if (((bytes & kHighBits) | is_control | is_special) != 0) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

// The whole UTF-8 sequence at the front; empty if its first byte starts none.
std::string_view sequence_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t size = 0;
  if (lead < 0x80) size = 1;
  if (lead >= 0xC2 && lead < 0xE0) size = 2;
  if (lead >= 0xE0 && lead < 0xF0) size = 3;
  if (lead >= 0xF0 && lead < 0xF5) size = 4;
  if (size == 0 || size > text.size() || !core::is_valid_utf8(text.substr(0, size))) return {};
  return text.substr(0, size);
}

void append(fmt::memory_buffer& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

void append_escaped(fmt::memory_buffer& out, char c) {
  switch (c) {
    case '"':
      return append(out, "\\\"");
    case '\\':
      return append(out, "\\\\");
    case '\n':
      return append(out, "\\n");
    case '\r':
      return append(out, "\\r");
    case '\t':
      return append(out, "\\t");
    default:
      fmt::format_to(fmt::appender(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_json_string(fmt::memory_buffer& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const std::size_t plain = plain_size(text);
    append(out, text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::string_view sequence = sequence_at(text);
    if (sequence.size() == 1) {
      append_escaped(out, sequence.front());
    } else {
      append(out, sequence.empty() ? kReplacement : sequence);
    }
    text.remove_prefix(std::max<std::size_t>(sequence.size(), 1));
  }
  out.push_back('"');
}

std::string valid_utf8(std::string_view text) {
  if (core::is_valid_utf8(text)) return std::string(text);
  std::string valid;
  while (!text.empty()) {
    const std::string_view sequence = sequence_at(text);
    valid += sequence.empty() ? kReplacement : sequence;
    text.remove_prefix(std::max<std::size_t>(sequence.size(), 1));
  }
  return valid;
}

}  // namespace gatehouse::telemetry
