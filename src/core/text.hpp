// Small text rules that several rooms share: ASCII case, trimming, splitting, numbers, URL encoding.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::core {

[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
[[nodiscard]] bool same_letters(std::string_view a, std::string_view b);  // of one size: see iequals
// ASCII, case-insensitive. Size and first letter nearly always decide.
[[nodiscard]] inline bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  return a.empty() || (ascii_lower(a.front()) == ascii_lower(b.front()) && same_letters(a, b));
}
[[nodiscard]] std::string to_lower(std::string_view);
[[nodiscard]] std::string_view trim(std::string_view);  // spaces and tabs
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
// Splits at the first separator; nothing if there is none.
[[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>> cut(std::string_view text,
                                                                               char separator);

// Whole-string decimal integer; nothing for empty, signs it does not take, overflow or trailing text.
template <class Int>
[[nodiscard]] std::optional<Int> parse_int(std::string_view text) {
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

[[nodiscard]] bool is_valid_utf8(std::string_view);

// RFC 3986 percent-encoding of everything but unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view);
// Nothing for a malformed escape. `plus_is_space` for application/x-www-form-urlencoded.
enum class Plus { literal, is_space };
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view, Plus = Plus::literal);

// application/x-www-form-urlencoded (also a query string), in order, duplicates kept.
// Nothing if an escape is malformed or there are more than `pairs_max` pairs.
using FormPairs = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::optional<FormPairs> parse_form(std::string_view text, std::size_t pairs_max = 1000);
[[nodiscard]] std::string encode_form(const FormPairs&);

// HTML text and attribute escaping: & < > " '
[[nodiscard]] std::string escape_html(std::string_view);

}  // namespace gatehouse::core
