// The parser takes any bytes in any portions, gives the same replies however they are cut, and stays within
// limits.
#include <cstdlib>

#include "storage/redis/resp.hpp"

using gatehouse::storage::redis::Reply;
using gatehouse::storage::redis::RespLimits;
using gatehouse::storage::redis::RespParser;

namespace {

constexpr RespLimits kLimits{.line_bytes_max = 64, .text_bytes_max = 256, .elements_max = 64, .depth_max = 4};

std::size_t size_of(const Reply& reply, std::size_t depth) {
  if (depth > kLimits.depth_max + 1 || reply.text.size() > kLimits.text_bytes_max) std::abort();
  std::size_t size = 1;
  for (const Reply& element : reply.elements) size += size_of(element, depth + 1);
  return size;
}

// All replies as one text, up to the first error.
std::string replies_of(std::string_view input, std::size_t portion) {
  RespParser parser(kLimits);
  std::string seen;
  while (!input.empty()) {
    parser.feed(input.substr(0, portion));
    input.remove_prefix(std::min(portion, input.size()));
    for (;;) {
      const auto reply = parser.next();
      if (!reply) return seen + "!";
      if (!reply->has_value()) break;
      const std::size_t size = size_of(**reply, 0);
      if (size > kLimits.elements_max + 1) std::abort();
      seen += std::to_string(static_cast<int>((*reply)->type)) + ":" + std::to_string(size) + (*reply)->text +
              ";";
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (replies_of(input, size + 1) != replies_of(input, 1)) std::abort();
  return 0;
}
