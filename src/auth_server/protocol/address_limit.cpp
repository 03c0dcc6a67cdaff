#include "auth_server/protocol/address_limit.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace gatehouse::auth_server {

std::string network_of(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  const std::string whole(bytes.begin(), bytes.end());
  if (!whole.starts_with(mapped)) return whole.substr(0, 8);
  std::array<char, INET_ADDRSTRLEN> ipv4{};
  return ::inet_ntop(AF_INET, &bytes[12], ipv4.data(), ipv4.size());
}

}  // namespace gatehouse::auth_server
