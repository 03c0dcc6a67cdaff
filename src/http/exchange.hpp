// One request and its answer, travelling. Owned by the connection loop, filled once per room.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "http/message.hpp"
#include "net/tls.hpp"
#include "runtime/deadline.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::http {

// What a handler keeps of an exchange between serve() and finish().
class Attachment {
 public:
  virtual ~Attachment() = default;
};

struct Exchange {
  Exchange(const net::Peer& peer_, core::SteadyTime started_, Deadline deadline_)
      : peer(peer_), started(started_), deadline(deadline_) {}

  const net::Peer& peer;
  core::SteadyTime started;
  Deadline deadline;
  Request request;
  Response response;
  telemetry::TraceContext trace;           // ours: a child of the caller's, or fresh
  std::unique_ptr<Attachment> attachment;  // the handler's own, gone with the exchange
  std::string_view route;  // template ("/orders/{id}"): the metric label; empty if none matched

  // Filled by the connection after the answer went out, for finish().
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  bool is_aborted = false;  // the answer could not be written whole
};

// What a server calls. One per worker: no locks.
class Handler {
 public:
  virtual ~Handler() = default;
  // Fills exchange.response. Never throws for what a client can cause.
  [[nodiscard]] virtual Awaitable<> serve(Exchange& exchange) = 0;
  // Called once per exchange, on every path, after the answer was written or failed: access log, metrics and
  // span. What `took` counts of a stream of events ends where the stream begins.
  virtual void finish(const Exchange& exchange, std::chrono::nanoseconds took) noexcept = 0;
};

}  // namespace gatehouse::http
