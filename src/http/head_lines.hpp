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

// Takes a head line by line. The head ends with an empty line.
class HeadLines {
 public:
  explicit HeadLines(std::string_view head);

  // Nothing for a line that breaks the grammar, or in a head with a byte that belongs in none.
  [[nodiscard]] std::optional<RequestLine> request_line();
  [[nodiscard]] std::optional<StatusLine> status_line();

  // The next field, its value without the white space around it.
  enum class Found : std::uint8_t { field, end, malformed };
  [[nodiscard]] Found next(HeaderField& field);
  // What has not been taken yet.
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  [[nodiscard]] std::optional<std::string_view> line();
  std::string_view rest_;
};

}  // namespace gatehouse::http
