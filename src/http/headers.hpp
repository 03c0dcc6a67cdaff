// Header fields, flat: their lines lie in one buffer as they go on the wire, so a message costs no allocation
// per field, reused on a connection none at all, and writing it is a copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gatehouse::http {

struct HeaderField {
  std::string_view name;  // as received
  std::string_view value;
};

// RFC 9110 section 5.6.2: the only bytes a name may have.
[[nodiscard]] constexpr bool is_token_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}
[[nodiscard]] bool is_token(std::string_view);
// No CR, LF or NUL: what may go on the wire as a value without splitting the message (RFC 9110 section 5.5).
[[nodiscard]] bool is_field_value(std::string_view);

// A field name in the source code: that it is one is checked by the compiler.
struct FieldName {
  template <std::size_t Size>
  consteval FieldName(const char (&literal)[Size]) : text(literal, Size - 1) {
    for (const char c : text) {
      if (!is_token_byte(c)) throw "not a field name";
    }
  }
  std::string_view text;
};

class Headers {
 public:
  // Views stay valid until the next change of this object.
  void add(FieldName name, std::string_view value);
  template <class Name>
    requires std::is_same_v<Name, std::string_view> || std::is_same_v<Name, std::string>
  void add(const Name& name, std::string_view value) {
    add_checked(name, value);
  }
  // Begins anew with the field lines of a head that came off the wire. Those that are to be fields are then
  // named one by one: head_lines has judged them.
  void receive(std::string_view lines);
  // `line_end`: where the field's line ends within them, its CR and LF included.
  void add_received(std::string_view lines, const HeaderField& field, std::size_t line_end);
  // A number that is ours to tell.
  void add(FieldName name, std::int64_t value);
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void remove(std::string_view name);
  void clear();
  void reserve(std::size_t fields, std::size_t bytes);

  // Appends the lines of the fields. One that would split the message or change its sense (see is_token and
  // is_field_value) is left out: it can only come from a bug or an attack.
  void write_to(std::string& head) const;

  // Names compare without case (RFC 9110 section 5.1).
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;  // the first
  [[nodiscard]] std::string_view get(std::string_view name) const;                  // empty if absent
  [[nodiscard]] bool contains(std::string_view name) const { return find(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] HeaderField operator[](std::size_t index) const {
    const Entry& entry = entries_[index];
    const char* const line = text_.data() + entry.at;
    return {{line, entry.name_size}, {line + entry.value_at, entry.value_size}};
  }

  class Iterator {
   public:
    Iterator(const Headers& headers, std::size_t at) : headers_(&headers), at_(at) {}
    HeaderField operator*() const { return (*headers_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Headers* headers_;
    std::size_t at_;
  };
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, entries_.size()}; }

  // Keeps the fields for which `keep(HeaderField)` holds.
  template <class Keep>
  void keep_if(Keep keep) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (keep((*this)[i])) entries_[kept++] = entries_[i];
    }
    entries_.resize(kept);
  }

 private:
  static constexpr std::string_view kColon = ": ";
  static constexpr std::string_view kLineEnd = "\r\n";

  enum class Use : std::uint32_t { sent, left_out };
  struct Entry {
    std::uint32_t at;  // of its line, which begins with the name
    std::uint32_t name_size;
    std::uint32_t value_at;  // within the line
    std::uint32_t value_size;
    std::uint32_t line_size;
    Use use;
  };
  void add_checked(std::string_view name, std::string_view value);
  void append(std::string_view name, std::string_view value, Use use);
  [[nodiscard]] bool owns(std::string_view text) const;

  std::string text_;
  std::vector<Entry> entries_;
};

// "Content-Length: 17\r\n"
void append_content_length(std::string& head, std::uint64_t length);

}  // namespace gatehouse::http
