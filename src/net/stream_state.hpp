// What a Stream is made of; shared by stream, connect and listener only.
#pragma once

#include <boost/asio/ssl/stream.hpp>

#include "net/socket.hpp"
#include "net/stream.hpp"
#include "net/watchdog.hpp"

namespace gatehouse::net {

using TlsSession = boost::asio::ssl::stream<Socket&>;

struct Stream::State final : Watchdog::Entry {
  explicit State(Socket socket_) : socket(std::move(socket_)) {
    Watchdog::of(socket.get_executor()).watch(*this);
  }

  // Ends the pending operation; the socket stays open, so that a server can still say 408.
  void expire() override {
    is_expired = true;
    boost::system::error_code ignored;
    socket.cancel(ignored);
  }
  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  Socket socket;
  std::unique_ptr<TlsSession> tls;  // null: clear text
  Peer peer;
  std::string scratch;  // head and body of a TLS write, so that they share a record
  bool is_expired = false;
  bool has_been_empty = false;  // at least once we had to wait for the peer
};

// Shakes hands on a fresh socket. `server_side` takes the role from the context's method.
enum class HandshakeSide { client, server };
[[nodiscard]] Awaitable<Result<void>> shake_hands(Stream::State& state, std::shared_ptr<ssl_ctx_st> context,
                                                  HandshakeSide side, const ConnectOptions* expected);
// Address, TLS version, certificate: once per connection.
void describe_peer(Stream::State& state);
[[nodiscard]] Error error_of(const Stream::State& state, const boost::system::error_code& error);
void configure_socket(Socket& socket);

}  // namespace gatehouse::net
