#include "http/headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/text.hpp"

namespace gatehouse::http {

void Headers::add(std::string_view name, std::string_view value) {
  // A view into this very buffer would move with it.
  const bool is_own = name.data() >= text_.data() && name.data() < text_.data() + text_.size();
  const bool owns_value = value.data() >= text_.data() && value.data() < text_.data() + text_.size();
  if (is_own || owns_value) {
    const std::string name_copy(name);
    const std::string value_copy(value);
    add(name_copy, value_copy);
    return;
  }
  const auto at = static_cast<std::uint32_t>(text_.size());
  text_.append(name).append(value);
  entries_.push_back({at, static_cast<std::uint32_t>(name.size()),
                      at + static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
}

void Headers::set(std::string_view name, std::string_view value) {
  const std::string kept(value);  // may be a view of a field that is about to go
  const std::string kept_name(name);
  remove(kept_name);
  add(kept_name, kept);
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

HeaderField Headers::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const std::string_view text = text_;
  return {text.substr(entry.name_at, entry.name_size), text.substr(entry.value_at, entry.value_size)};
}

void Headers::write_to(std::string& head) const {
  const bool is_clean = is_field_value(text_);  // one search for all of them, values and names
  const std::size_t begin = head.size();
  std::size_t room = 0;
  for (const Entry& entry : entries_) room += entry.name_size + entry.value_size + 4;
  head.resize_and_overwrite(begin + room, [&](char* to, std::size_t /*size*/) {
    char* at = to + begin;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const HeaderField field = (*this)[i];
      if (!is_token(field.name) || (!is_clean && !is_field_value(field.value))) continue;
      at = std::ranges::copy(field.name, at).out;
      *at++ = ':';
      *at++ = ' ';
      at = std::ranges::copy(field.value, at).out;
      *at++ = '\r';
      *at++ = '\n';
    }
    return static_cast<std::size_t>(at - to);
  });
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
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32U] = true;
  return table;
}();

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kTokenBytes[static_cast<unsigned char>(c)]; });
}

// Three vectorised searches: a bearer token of a kilobyte costs no more than a short value.
bool is_field_value(std::string_view text) {
  const auto contains = [text](char c) { return std::memchr(text.data(), c, text.size()) != nullptr; };
  return text.empty() || !(contains('\n') || contains('\r') || contains('\0'));
}

}  // namespace gatehouse::http
