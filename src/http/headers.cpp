#include "http/headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/text.hpp"

namespace gatehouse::http {

void Headers::append(std::string_view name, std::string_view value, Use use) {
  const auto value_at = name.size() + kColon.size();
  const auto line_size = value_at + value.size() + kLineEnd.size();
  const std::size_t begin = text_.size();
  text_.resize_and_overwrite(begin + line_size, [&](char* text, std::size_t size) {
    char* const line = text + begin;
    if (!name.empty()) std::memcpy(line, name.data(), name.size());
    std::memcpy(line + name.size(), kColon.data(), kColon.size());
    if (!value.empty()) std::memcpy(line + value_at, value.data(), value.size());
    std::memcpy(line + value_at + value.size(), kLineEnd.data(), kLineEnd.size());
    return size;
  });
  entries_.push_back({.at = static_cast<std::uint32_t>(begin),
                      .name_size = static_cast<std::uint32_t>(name.size()),
                      .value_at = static_cast<std::uint32_t>(value_at),
                      .value_size = static_cast<std::uint32_t>(value.size()),
                      .line_size = static_cast<std::uint32_t>(line_size),
                      .use = use});
}

bool Headers::owns(std::string_view text) const {
  return text.data() >= text_.data() && text.data() < text_.data() + text_.size();
}

void Headers::add(FieldName name, std::string_view value) {
  const Use use = is_field_value(value) ? Use::sent : Use::left_out;
  if (!owns(value)) return append(name.text, value, use);
  append(name.text, std::string(value), use);  // a view into this very buffer would move with it
}

void Headers::add_checked(std::string_view name, std::string_view value) {
  const Use use = is_token(name) && is_field_value(value) ? Use::sent : Use::left_out;
  if (!owns(name) && !owns(value)) return append(name, value, use);
  append(std::string(name), std::string(value), use);
}

void Headers::add(FieldName name, std::int64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  append(name.text, {digits.data(), static_cast<std::size_t>(end - digits.data())}, Use::sent);
}

void Headers::receive(std::string_view lines) {
  text_.assign(lines);
  entries_.clear();
}

void Headers::add_received(std::string_view lines, const HeaderField& field, std::size_t line_end) {
  const auto at = static_cast<std::size_t>(field.name.data() - lines.data());
  const auto value_at = static_cast<std::size_t>(field.value.data() - field.name.data());
  entries_.push_back({.at = static_cast<std::uint32_t>(at),
                      .name_size = static_cast<std::uint32_t>(field.name.size()),
                      .value_at = static_cast<std::uint32_t>(value_at),
                      .value_size = static_cast<std::uint32_t>(field.value.size()),
                      .line_size = static_cast<std::uint32_t>(line_end - at),
                      .use = Use::sent});
}

void Headers::set(std::string_view name, std::string_view value) {
  const std::string kept(value);  // may be a view of a field that is about to go
  const std::string kept_name(name);
  remove(kept_name);
  add_checked(kept_name, kept);
}

void Headers::remove(std::string_view name) {
  keep_if([name](const HeaderField& field) { return !core::iequals(field.name, name); });
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  entries_.reserve(fields);
  text_.reserve(bytes);
}

void Headers::clear() {
  text_.clear();
  entries_.clear();
}

// Fields that follow one another in the buffer, which is most of them, are copied together.
void Headers::write_to(std::string& head) const {
  const std::string_view text = text_;
  std::size_t begin = 0;
  std::size_t end = 0;
  for (const Entry& entry : entries_) {
    if (entry.use == Use::left_out) continue;
    if (entry.at != end) {
      head.append(text.substr(begin, end - begin));
      begin = entry.at;
    }
    end = entry.at + entry.line_size;
  }
  head.append(text.substr(begin, end - begin));
}

void append_content_length(std::string& head, std::uint64_t length) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
  head.append("Content-Length: ").append(digits.data(), end).append("\r\n");
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].name_size != name.size()) continue;
    const HeaderField field = (*this)[i];
    if (core::iequals(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::string_view Headers::get(std::string_view name) const {
  return find(name).value_or(std::string_view{});
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (const HeaderField field : *this) found += core::iequals(field.name, name) ? 1 : 0;
  return found;
}

namespace {

constexpr auto kTokenBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte)
    table[byte] = is_token_byte(static_cast<char>(byte));
  return table;
}();

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kTokenBytes[static_cast<unsigned char>(c)]; });
}

// Eight bytes at a time; only a block with a byte below 0x10 is looked at closely, and only a tab is let
// pass.
bool is_field_value(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  const auto splits = [](char c) { return c == '\n' || c == '\r' || c == '\0'; };
  while (text.size() >= 8) {
    std::uint64_t block = 0;
    std::memcpy(&block, text.data(), 8);
    const bool has_low = ((block - kOnes * 0x10) & ~block & (kOnes * 0x80)) != 0;
    if (has_low && std::ranges::any_of(text.substr(0, 8), splits)) return false;
    text.remove_prefix(8);
  }
  return std::ranges::none_of(text, splits);
}

}  // namespace gatehouse::http
