// RESP3, the protocol of Redis 6 and newer
// (https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md): commands out, replies in.
// Pure: bytes in, values out; Connection does the talking.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace gatehouse::storage::redis {

// One value as Redis sent it.
struct Reply {
  enum class Type : std::uint8_t { null, text, error, integer, real, boolean, array, map, set, push };

  Type type = Type::null;
  std::string text;          // text and error; also big numbers
  std::int64_t integer = 0;  // integer; boolean as 0 and 1
  double real = 0;
  std::vector<Reply> elements;  // array, set, push; of a map keys and values in turn

  [[nodiscard]] bool is_null() const { return type == Type::null; }
  [[nodiscard]] bool is_error() const { return type == Type::error; }
};

struct RespLimits {
  std::size_t line_bytes_max = 64U << 10U;
  std::size_t text_bytes_max = 64U << 20U;  // of one text
  std::size_t elements_max = 1U << 20U;     // of one reply, all levels together
  std::size_t depth_max = 8;
};

// Takes bytes as they come, gives replies as they are complete. After an error it is of no use any more.
class RespParser {
 public:
  explicit RespParser(RespLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes) { input_ += bytes; }
  // Nothing: more bytes are needed. `bad_upstream`/"redis_protocol_error" for what is not RESP3 or exceeds a
  // limit.
  [[nodiscard]] Result<std::optional<Reply>> next();

 private:
  // An aggregate of which `missing` elements are still to come.
  struct Open {
    Reply reply;
    std::size_t missing;
    bool is_attribute;  // belongs to the reply after it, and is of no interest
  };

  Result<std::optional<Reply>> step();
  Result<std::optional<Reply>> read_line(std::string_view line);
  Result<std::optional<Reply>> read_text();
  Result<std::optional<Reply>> begin_text(char marker, std::string_view size);
  Result<std::optional<Reply>> begin_aggregate(char marker, std::string_view size);
  std::optional<Reply> complete(Reply reply);
  std::optional<std::string_view> take_line();
  void forget_what_is_read();

  RespLimits limits_;
  std::string input_;
  std::size_t at_ = 0;        // everything before it is read
  std::size_t searched_ = 0;  // no line feed between at_ and here
  std::size_t elements_ = 0;  // of the reply being read
  std::vector<Open> open_;
  std::optional<std::size_t> text_size_;  // inside a text of this size
  char text_marker_ = '$';
};

// A command as an array of bulk strings.
void append_command(std::string& out, std::span<const std::string_view> words);

}  // namespace gatehouse::storage::redis
