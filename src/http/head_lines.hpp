// The grammar of a message head (RFC 9112 sections 3 to 5), strictly: start line and fields, as views of the
// bytes. What the fields mean, and which combinations are refused, is parser's business.
#pragma once

#include <optional>
#include <string_view>

#include "http/headers.hpp"

namespace gatehouse::http {

enum class Version : std::uint8_t { http10, http11 };

struct RequestLine {
  std::string_view method;  // a token
  std::string_view target;  // no space, no control character
  Version version = Version::http11;
};

struct StatusLine {
  unsigned status = 0;
  Version version = Version::http11;
};

// Takes a head line by line. The head ends with an empty line and has no bare LF (see find_head_end()).
class HeadLines {
 public:
  explicit HeadLines(std::string_view head) : rest_(head) {}

  // Nothing for a line that breaks the grammar.
  [[nodiscard]] std::optional<RequestLine> request_line();
  [[nodiscard]] std::optional<StatusLine> status_line();

  // The next field, its value without the white space around it.
  enum class Found : std::uint8_t { field, end, malformed };
  [[nodiscard]] Found next(HeaderField& field);

 private:
  [[nodiscard]] std::optional<std::string_view> line();
  std::string_view rest_;
};

// Text without control characters but tab; RFC 9110 section 5.5 allows bytes beyond ASCII.
[[nodiscard]] bool is_text(std::string_view bytes);

}  // namespace gatehouse::http
