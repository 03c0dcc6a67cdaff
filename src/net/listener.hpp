// Accepts connections on one worker. Workers that share a port each have a listener of their own
// (SO_REUSEPORT), and the kernel spreads connections over them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::net {

struct ListenOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;          // 0: any free one, see Listener::port()
  std::shared_ptr<ServerTls> tls;  // null: clear text
  bool shares_port = false;        // SO_REUSEPORT, for one listener per worker; ask port_is_free() first
  std::size_t connections_max = 10'000;  // beyond it a connection is closed at once
  std::chrono::milliseconds handshake_timeout{5'000};
};

class Listener {
 public:
  // Called on the worker for each connection, after the TLS handshake. Runs in the listener's task group.
  using OnConnection = std::function<Awaitable<>(Stream)>;

  // `unavailable`/"address_in_use", "address_not_available", "permission_denied".
  static Result<std::unique_ptr<Listener>> open(runtime::Executor, ListenOptions, OnConnection);
  ~Listener();

  void start();
  // No new connections; those that live go on.
  void stop_accepting();
  // Ends the rest after the deadline.
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline);

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::uint64_t accepted() const;           // since the start
  [[nodiscard]] std::uint64_t failed_handshakes() const;  // since the start

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

// SO_REUSEPORT would let a second program of the same user slip in unnoticed: ask before sharing a port.
// The errors of Listener::open.
[[nodiscard]] Result<void> port_is_free(const std::string& address, std::uint16_t port);

}  // namespace gatehouse::net
