// A connected byte stream, clear or TLS. Errors are values; a deadline ends the operation from a watchdog
// that is shared by all streams of a worker, so that a deadline costs no timer operation per read or write.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "net/tls.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::net {

class Stream {
 public:
  struct State;  // the socket, the TLS session and the watchdog's entry; net/ only

  explicit Stream(std::unique_ptr<State> state);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();  // closes at once

  // At least one byte, or 0 at the peer's end of stream. `timeout`/"io_timeout" after the deadline,
  // `unavailable`/"connection_lost" on a reset, `cancelled` when the task group stops.
  [[nodiscard]] Awaitable<Result<std::size_t>> read_some(std::span<char> into);
  // The same for a peer whose turn it is to speak: saves the vain attempt to read what cannot be there yet.
  // If the peer ended its stream in the same instant as it sent what was read last, only the deadline tells;
  // so this is for waiting for a new message on a connection that is kept alive.
  [[nodiscard]] Awaitable<Result<std::size_t>> read_message(std::span<char> into);
  // Everything, in one system call where the kernel takes it, which it nearly always does at once.
  [[nodiscard]] Eventual<Result<void>> write(std::string_view bytes);
  [[nodiscard]] Eventual<Result<void>> write(std::string_view head, std::string_view body);
  // Tells the peer that nothing more comes. Never waits for an answer.
  void finish();
  void close();

  // The next operations must end before `when`; checked about every 50 ms. A TLS stream is of no use after a
  // timeout.
  void expires_at(core::SteadyTime when);
  void never_expires();

  // Bytes are ready to be read, or the peer has closed: a pooled connection in this state is not reusable.
  [[nodiscard]] bool has_unexpected_input();
  [[nodiscard]] bool is_open() const;
  [[nodiscard]] const Peer& peer() const;

 private:
  [[nodiscard]] Awaitable<Result<void>> write_tls(std::string_view head, std::string_view body);
  [[nodiscard]] Awaitable<Result<void>> write_rest(std::string_view head, std::string_view body,
                                                   std::size_t written);
  std::unique_ptr<State> state_;
};

struct ConnectOptions {
  std::string host;  // name or literal address
  std::uint16_t port = 0;
  std::shared_ptr<ClientTls> tls;  // null: clear text
  std::string server_name;         // SNI, and the name that the certificate must carry (empty: host)
  std::string peer_uri;            // if set, a URI name the certificate must carry instead of server_name
  bool verify_peer = true;
};

// Resolves, connects (each address in turn) and shakes hands, all before the deadline.
// `unavailable`/"connect_failed" or "name_not_found" or "tls_handshake_failed" (all safe_to_retry: nothing
// was sent), `timeout`/"connect_timeout".
[[nodiscard]] Awaitable<Result<Stream>> connect(ConnectOptions options, Deadline deadline);

}  // namespace gatehouse::net
