// Header fields, flat: all names and values lie in one buffer, so a message costs no allocation per field
// and, reused on a connection, none at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

struct HeaderField {
  std::string_view name;  // as received
  std::string_view value;
};

class Headers {
 public:
  // Views stay valid until the next change of this object.
  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void remove(std::string_view name);
  void clear();
  void reserve(std::size_t fields, std::size_t bytes);

  // Appends the lines of the fields. One that would split the message or change its sense is left out: it can
  // only come from a bug or an attack.
  void write_to(std::string& head) const;

  // Names compare without case (RFC 9110 section 5.1).
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;  // the first
  [[nodiscard]] std::string_view get(std::string_view name) const;                  // empty if absent
  [[nodiscard]] bool contains(std::string_view name) const { return find(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] HeaderField operator[](std::size_t index) const;

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
  struct Entry {
    std::uint32_t name_at;
    std::uint32_t name_size;
    std::uint32_t value_at;
    std::uint32_t value_size;
  };
  std::string text_;
  std::vector<Entry> entries_;
};

// "Content-Length: 17\r\n"
void append_content_length(std::string& head, std::uint64_t length);

// RFC 9110 section 5.6.2: the only bytes a name may have.
[[nodiscard]] bool is_token(std::string_view);
// No CR, LF or NUL: what may go on the wire as a value without splitting the message (RFC 9110 section 5.5).
[[nodiscard]] bool is_field_value(std::string_view);

}  // namespace gatehouse::http
