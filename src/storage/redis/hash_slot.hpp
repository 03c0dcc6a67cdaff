// Which of a cluster's 16384 slots a key lies in (Redis Cluster specification, "Key distribution model").
// Only what is between the first { and the next } counts, if that is something: keys with the same tag lie
// together, which a script with several keys needs.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gatehouse::storage::redis {

inline constexpr std::uint16_t kSlots = 16'384;

// CRC-16/XMODEM: polynomial 0x1021, nothing reflected, begins with 0.
[[nodiscard]] constexpr std::uint16_t crc16(std::string_view bytes) {
  std::uint32_t crc = 0;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
    crc &= 0xFFFFU;
  }
  return static_cast<std::uint16_t>(crc);
}

[[nodiscard]] constexpr std::string_view hashed_part(std::string_view key) {
  const auto open = key.find('{');
  if (open == std::string_view::npos) return key;
  const auto close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

[[nodiscard]] constexpr std::uint16_t hash_slot(std::string_view key) {
  return crc16(hashed_part(key)) % kSlots;
}

}  // namespace gatehouse::storage::redis
