// An HTTP/1.1 server on one worker: keep-alive, pipelining, chunked bodies both ways, limits on everything,
// graceful drain. Ambiguous framing is refused (RFC 9112 sections 2.2, 5.2, 6.3).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "core/result.hpp"
#include "http/exchange.hpp"
#include "net/listener.hpp"

namespace gatehouse::http {

struct ServerLimits {
  std::size_t head_bytes_max = 16 * 1024;          // 431 beyond
  std::size_t headers_max = 100;                   // 431 beyond
  std::size_t body_bytes_max = 64 * 1024 * 1024;   // 413 beyond
  std::size_t drain_bytes_max = 64 * 1024;         // of an unread request body, to keep the connection
  std::chrono::milliseconds head_timeout{10'000};  // 408 after the first byte
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds request_timeout{60'000};  // the deadline of an exchange
  std::chrono::milliseconds write_timeout{30'000};    // without progress
  std::size_t requests_per_connection = 100'000;
  // Take `X-Request-Timeout-Ms` from the peer as the remaining time (between roles: yes; at the edge: no).
  bool honours_timeout_header = false;
};

class Server {
 public:
  Server(runtime::Executor executor, Handler& handler, ServerLimits limits);
  ~Server();

  // May be called several times, for several addresses. Answers with the port.
  Result<std::uint16_t> listen(net::ListenOptions options);
  // Refuses new connections, answers what is in progress with `Connection: close`, then closes; the rest is
  // cut at the deadline.
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline);

  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::size_t active_requests() const;
  [[nodiscard]] std::uint64_t accepted() const;           // since the start
  [[nodiscard]] std::uint64_t failed_handshakes() const;  // since the start

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::http
