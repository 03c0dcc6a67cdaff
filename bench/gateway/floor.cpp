// The floor that every proxy stands on: one thread, epoll, bytes from one socket to the other, nothing looked
// at. What a proxy costs above this is its own doing; what it costs up to here is the kernel's.
//
//   bench_floor <listen port> <origin port>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

struct Pair;

struct End {
  int socket = -1;
  Pair* pair = nullptr;
  bool is_client = false;
};

struct Pair {
  End client;
  End origin;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void prepare(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

void watch(int epoll, End& end) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &end;
  epoll_ctl(epoll, EPOLL_CTL_ADD, end.socket, &event);
}

// Blocking connect: a benchmark's connections are made once.
Pair* open_pair(int client, int origin_port) {
  auto pair = std::make_unique<Pair>();
  pair->client = {client, pair.get(), true};
  const int origin = socket(AF_INET, SOCK_STREAM, 0);
  const auto address = loopback(origin_port);
  if (connect(origin, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(client);
    close(origin);
    return nullptr;
  }
  pair->origin = {origin, pair.get(), false};
  prepare(client);
  prepare(origin);
  return pair.release();
}

// Moves what one end has to the other. False: an end has closed.
bool move_bytes(const End& from) {
  const End& to = from.is_client ? from.pair->origin : from.pair->client;
  std::array<char, 16384> buffer;
  const ssize_t got = read(from.socket, buffer.data(), buffer.size());
  if (got < 0) return errno == EAGAIN;
  if (got == 0) return false;
  return write(to.socket, buffer.data(), static_cast<std::size_t>(got)) == got;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_floor <listen port> <origin port>\n");
    return 2;
  }
  const int origin_port = std::atoi(argv[2]);
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(std::atoi(argv[1]));
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 1024) != 0) {
    std::perror("bench_floor");
    return 1;
  }
  const int epoll = epoll_create1(0);
  End accepting{listener, nullptr, false};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &accepting;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);

  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      End& end = *static_cast<End*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (end.pair == nullptr) {
        Pair* pair = open_pair(accept(listener, nullptr, nullptr), origin_port);
        if (pair == nullptr) continue;
        watch(epoll, pair->client);
        watch(epoll, pair->origin);
      } else if (!move_bytes(end)) {
        // Both sockets go; the pair stays: another event of this round may still point to it.
        close(end.pair->client.socket);
        close(end.pair->origin.socket);
      }
    }
  }
}
