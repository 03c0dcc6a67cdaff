// For tests: free loopback ports, shared out among all tests that run on this machine at the same time.
#pragma once

#include <arpa/inet.h>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace gatehouse::storage::test_peers {

// From below the range from which the kernel serves outgoing connections (32768 on): while a server is down,
// none of them takes its port.
inline constexpr int kFirstPort = 10'000;
inline constexpr int kLastPort = 31'999;

[[nodiscard]] inline bool can_bind(std::uint16_t port) {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool is_free = bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(listening);
  return is_free;
}

// A port that is given but not listened on yet, or not just now, looks free to everybody else. So whoever
// gets it holds a name in the abstract socket space as long as its process lives: the kernel lets only one
// have it. The open socket, or -1 if somebody else holds it. Throws std::runtime_error if there is none.
[[nodiscard]] inline int claim(std::uint16_t port) {
  const int held = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (held < 0) throw std::runtime_error("no socket to claim a port with");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "gatehouse-test-port-" + std::to_string(port);
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (bind(held, reinterpret_cast<sockaddr*>(&address), length) == 0 && can_bind(port)) return held;
  close(held);
  return -1;
}

// The first of `count` ports that follow each other in steps of `step`; this process has them until it ends.
[[nodiscard]] inline std::uint16_t free_ports(std::size_t count, std::size_t step) {
  static std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<int> range(kFirstPort, kLastPort - static_cast<int>((count - 1) * step));
  for (;;) {
    const auto first = static_cast<std::size_t>(range(random));
    std::vector<int> claims;
    while (claims.size() < count) {
      const int held = claim(static_cast<std::uint16_t>(first + claims.size() * step));
      if (held < 0) break;
      claims.push_back(held);
    }
    if (claims.size() == count) return static_cast<std::uint16_t>(first);
    for (const int held : claims) close(held);
  }
}

[[nodiscard]] inline std::uint16_t free_port() {
  return free_ports(1, 1);
}

}  // namespace gatehouse::storage::test_peers
