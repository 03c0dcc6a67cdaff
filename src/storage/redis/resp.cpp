#include "storage/redis/resp.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::storage::redis {
namespace {

std::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorKind::bad_upstream, "redis_protocol_error", std::move(detail), Origin::upstream);
}

std::optional<double> parse_real(std::string_view text) {
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan") return std::nan("");
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Reply::Type aggregate_type(char marker) {
  switch (marker) {
    case '%':
    case '|':
      return Reply::Type::map;
    case '~':
      return Reply::Type::set;
    case '>':
      return Reply::Type::push;
    default:
      return Reply::Type::array;
  }
}

}  // namespace

Result<std::optional<Reply>> RespParser::next() {
  for (;;) {
    const std::size_t before = at_;
    const bool was_in_text = text_size_.has_value();
    auto stepped = step();
    if (!stepped || stepped->has_value()) return stepped;
    if (at_ == before && was_in_text == text_size_.has_value()) {
      forget_what_is_read();
      return std::optional<Reply>{};
    }
  }
}

// One line or one text; a reply only when the outermost value is complete.
Result<std::optional<Reply>> RespParser::step() {
  if (text_size_) return read_text();
  const auto line = take_line();
  if (!line) {
    if (input_.size() - at_ > limits_.line_bytes_max + 1) return malformed("a line without end");
    return std::optional<Reply>{};
  }
  return read_line(*line);
}

std::optional<std::string_view> RespParser::take_line() {
  const std::size_t end = input_.find("\r\n", std::max(at_, searched_));
  if (end == std::string::npos) {
    searched_ = input_.empty() ? 0 : input_.size() - 1;  // a CR may be the last byte
    return std::nullopt;
  }
  const std::string_view line = std::string_view(input_).substr(at_, end - at_);
  at_ = end + 2;
  return line;
}

Result<std::optional<Reply>> RespParser::read_line(std::string_view line) {
  if (line.empty() || line.size() > limits_.line_bytes_max) return malformed("an empty or overlong line");
  if (++elements_ > limits_.elements_max) return malformed("too many elements");
  const char marker = line.front();
  const std::string_view rest = line.substr(1);
  switch (marker) {
    case '+':
    case '(':
      return complete({.type = Reply::Type::text, .text = std::string(rest)});
    case '-':
      return complete({.type = Reply::Type::error, .text = std::string(rest)});
    case ':': {
      const auto value = core::parse_int<std::int64_t>(rest);
      if (!value) return malformed("not an integer");
      return complete({.type = Reply::Type::integer, .integer = *value});
    }
    case ',': {
      const auto value = parse_real(rest);
      if (!value) return malformed("not a double");
      return complete({.type = Reply::Type::real, .real = *value});
    }
    case '#':
      if (rest != "t" && rest != "f") return malformed("not a boolean");
      return complete({.type = Reply::Type::boolean, .integer = rest == "t" ? 1 : 0});
    case '_':
      if (!rest.empty()) return malformed("not a null");
      return complete({});
    case '$':
    case '!':
    case '=':
      return begin_text(marker, rest);
    case '*':
    case '~':
    case '>':
    case '%':
    case '|':
      return begin_aggregate(marker, rest);
    default:
      return malformed(fmt::format("unknown type 0x{:02x}", static_cast<unsigned char>(marker)));
  }
}

Result<std::optional<Reply>> RespParser::begin_text(char marker, std::string_view size_text) {
  if (marker == '$' && size_text == "-1") return complete({});  // RESP2's null
  const auto size = core::parse_int<std::size_t>(size_text);
  if (!size || *size > limits_.text_bytes_max) return malformed("a text of no size or too large");
  text_size_ = size;
  text_marker_ = marker;
  return std::optional<Reply>{};
}

Result<std::optional<Reply>> RespParser::read_text() {
  const std::size_t size = *text_size_;
  if (input_.size() - at_ < size + 2) return std::optional<Reply>{};
  std::string text = input_.substr(at_, size);
  if (input_.compare(at_ + size, 2, "\r\n") != 0) return malformed("a text is longer than it said");
  at_ += size + 2;
  text_size_.reset();
  if (text_marker_ == '!') return complete({.type = Reply::Type::error, .text = std::move(text)});
  if (text_marker_ == '=') {  // "txt:" or "mkd:" before the text itself
    if (text.size() < 4 || text[3] != ':') return malformed("a verbatim text without its format");
    text.erase(0, 4);
  }
  return complete({.type = Reply::Type::text, .text = std::move(text)});
}

Result<std::optional<Reply>> RespParser::begin_aggregate(char marker, std::string_view size_text) {
  if (marker == '*' && size_text == "-1") return complete({});
  const auto size = core::parse_int<std::size_t>(size_text);
  const bool pairs = marker == '%' || marker == '|';
  if (!size || *size > limits_.elements_max / (pairs ? 2 : 1))
    return malformed("an aggregate of no size or too large");
  if (open_.size() >= limits_.depth_max) return malformed("nested too deeply");
  if (marker == '>' && !open_.empty()) return malformed("a push inside a reply");
  const std::size_t missing = pairs ? *size * 2 : *size;
  const bool is_attribute = marker == '|';
  if (missing == 0 && is_attribute) return std::optional<Reply>{};
  if (missing == 0) return complete({.type = aggregate_type(marker)});
  open_.push_back({{.type = aggregate_type(marker)}, missing, is_attribute});
  return std::optional<Reply>{};
}

// Puts a complete value where it belongs; gives it back if it belongs nowhere but to the caller.
std::optional<Reply> RespParser::complete(Reply reply) {
  while (!open_.empty()) {
    Open& parent = open_.back();
    parent.reply.elements.push_back(std::move(reply));
    if (--parent.missing > 0) return std::nullopt;
    reply = std::move(parent.reply);
    const bool is_attribute = parent.is_attribute;
    open_.pop_back();
    if (is_attribute) return std::nullopt;
  }
  elements_ = 0;
  return reply;
}

void RespParser::forget_what_is_read() {
  if (at_ == 0) return;
  input_.erase(0, at_);
  searched_ = searched_ > at_ ? searched_ - at_ : 0;
  at_ = 0;
}

void append_command(std::string& out, std::span<const std::string_view> words) {
  fmt::format_to(std::back_inserter(out), "*{}\r\n", words.size());
  for (const std::string_view word : words) {
    fmt::format_to(std::back_inserter(out), "${}\r\n", word.size());
    out += word;
    out += "\r\n";
  }
}

}  // namespace gatehouse::storage::redis
