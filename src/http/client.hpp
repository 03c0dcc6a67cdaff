// An HTTP/1.1 client on one worker, with a pool of kept-alive connections per target.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http/message.hpp"
#include "net/stream.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::http {

struct ClientLimits {
  std::size_t idle_per_target = 64;
  std::chrono::milliseconds idle_timeout{30'000};  // below the server's, so that we close first
  std::size_t head_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 64 * 1024 * 1024;     // of fetch(); a streamed body has none
  std::chrono::milliseconds connect_timeout{2'000};  // within the deadline
};

// Where to: equal targets share connections.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::shared_ptr<net::ClientTls> tls;  // null: clear text
  std::string server_name;              // see net::ConnectOptions
  std::string peer_uri;
  bool verify_peer = true;                       // false only where an operator has said so
  std::chrono::milliseconds connect_timeout{0};  // 0: the client's; no part of what makes targets equal
};

// An answer whose body is whole.
struct Reply {
  unsigned status = 0;
  Headers headers;
  std::string content;
};

class Client {
 public:
  Client(runtime::Executor executor, ClientLimits limits);
  ~Client();

  // Sends, and reads the head of the answer into `response`, whose memory is used again; the body streams,
  // and the connection goes back to the pool at its end. `Host` is set if absent; Content-Length or
  // Transfer-Encoding always. A stale pooled connection is replaced once, if nothing of the request was
  // answered and the method is idempotent or no byte was written. Errors carry safe_to_retry: true only if
  // surely nothing of the request reached the peer.
  [[nodiscard]] Awaitable<Result<void>> send(const Target& target, Request& request, Response& response,
                                             Deadline deadline);
  // send(), and the whole body up to body_bytes_max.
  [[nodiscard]] Awaitable<Result<Reply>> fetch(const Target& target, Request& request, Deadline deadline);

  // Closes idle connections; those in use close when they end.
  void close_idle();
  [[nodiscard]] std::size_t idle() const;

 private:
  friend class ResponseBody;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::http
