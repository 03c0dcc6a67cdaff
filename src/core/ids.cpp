#include "core/ids.hpp"

#include <cstdlib>
#include <sys/random.h>

#include "core/encoding.hpp"

namespace gatehouse::core {
namespace {

std::string dashed(std::string_view sixteen_bytes) {
  std::string hex = to_hex(sixteen_bytes);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, 1, '-');
  return hex;
}

std::string v7_bytes(SystemTime now) {
  std::string bytes = random_bytes(16);
  const auto millis = static_cast<std::uint64_t>(unix_millis(now));
  for (int i = 0; i < 6; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(millis >> (40 - 8 * i));
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x70);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  return bytes;
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const ssize_t got = getrandom(bytes.data() + have, count - have, 0);
    if (got < 0) std::abort();
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string random_token(std::size_t bytes) {
  return to_base64url(random_bytes(bytes));
}

std::string uuid_v4() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  return dashed(bytes);
}

std::string uuid_v7(SystemTime now) {
  return dashed(v7_bytes(now));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash_here = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f') ||
                     (text[i] >= 'A' && text[i] <= 'F');
    if (dash_here ? text[i] != '-' : !hex) return false;
  }
  return true;
}

std::string prefixed_id(std::string_view prefix, SystemTime now) {
  return std::string(prefix) + "_" + to_hex(v7_bytes(now));
}

}  // namespace gatehouse::core
