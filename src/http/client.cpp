#include "http/client.hpp"

#include <ctime>
#include <iterator>
#include <unordered_map>

#include <fmt/format.h>

#include "core/text.hpp"
#include "http/wire.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::http {

namespace {

struct SameTarget {
  bool operator()(const Target& a, const Target& b) const {
    return a.port == b.port && a.host == b.host && a.tls == b.tls && a.server_name == b.server_name &&
           a.peer_uri == b.peer_uri && a.verify_peer == b.verify_peer;
  }
};
struct TargetHash {
  std::size_t operator()(const Target& target) const {
    return std::hash<std::string_view>{}(target.host) * 31 + target.port;
  }
};

struct PooledConnection;
using Pool = std::vector<std::unique_ptr<PooledConnection>>;  // the idle ones of one target

struct PooledConnection {
  PooledConnection(net::Stream stream, std::size_t capacity, Pool& pool_)
      : wire(std::move(stream), capacity), pool(pool_) {}
  Wire wire;
  Pool& pool;        // where it belongs: the client keeps it
  std::string head;  // of the request, while it goes out
  core::SteadyTime idle_since{};
};

// Within some milliseconds, and without the price of the exact time: for ages of idle connections.
core::SteadyTime roughly_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return core::SteadyTime(std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec});
}

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

}  // namespace

struct Client::State {
  State(runtime::Executor executor_, ClientLimits limits_) : executor(executor_), limits(limits_) {}

  runtime::Executor executor;
  ClientLimits limits;
  std::unordered_map<Target, Pool, TargetHash, SameTarget> idle;  // never shrinks: see PooledConnection
  SpareHeads spare_heads;

  void give_back(std::unique_ptr<PooledConnection> connection) {
    if (!connection->wire.buffered().empty() || !connection->wire.stream.is_open()) return;
    Pool& pool = connection->pool;
    if (pool.size() >= limits.idle_per_target) pool.erase(pool.begin());
    connection->wire.release_buffer();
    connection->wire.stream.never_expires();
    connection->idle_since = roughly_now();
    pool.push_back(std::move(connection));
  }

  // A kept-alive connection that still looks alive; the youngest first. A request that may not be repeated
  // looks twice: the peer may have closed while the connection lay idle.
  std::unique_ptr<PooledConnection> take_idle(Pool& pool, std::string_view method) const {
    const auto now = roughly_now();
    while (!pool.empty()) {
      auto connection = std::move(pool.back());
      pool.pop_back();
      const auto age = now - connection->idle_since;
      if (age > limits.idle_timeout) continue;
      const bool needs_look = !is_idempotent(method) || age > std::chrono::seconds{1};
      if (needs_look && connection->wire.stream.has_unexpected_input()) continue;
      return connection;
    }
    return nullptr;
  }
};

namespace {

void write_head(std::string& head, const Target& target, const Request& request, const Framing& framing) {
  head.clear();
  head.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  if (!request.headers.contains("Host")) {
    const std::string& name = target.server_name.empty() ? target.host : target.server_name;
    fmt::format_to(std::back_inserter(head), "Host: {}:{}\r\n", name, target.port);
  }
  request.headers.write_to(head);
  if (framing.kind == Framing::Kind::chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (framing.length > 0 || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    append_content_length(head, framing.length);
  }
  head += "\r\n";
}

Framing framing_of(const Request& request) {
  if (request.body == nullptr) return {Framing::Kind::length, request.content.size()};
  const auto size = request.body->size();
  if (size) return {Framing::Kind::length, *size};
  return {Framing::Kind::chunked, 0};
}

// Sends what is left of one side to the other until it ends.
Awaitable<> pump(Wire& from, net::Stream& to, std::chrono::milliseconds idle_timeout) {
  for (;;) {
    const auto piece = from.buffered();
    if (!piece.empty()) {
      const auto sent = co_await to.write(piece);
      if (!sent) break;
      from.consume(piece.size());
    }
    from.stream.expires_at(std::chrono::steady_clock::now() + idle_timeout);
    const auto got = co_await from.fill();
    if (!got || *got == 0) break;
  }
  to.finish();
}

Awaitable<> pump_stream(net::Stream& from, net::Stream& to, std::chrono::milliseconds idle_timeout) {
  std::array<char, 8192> buffer;
  for (;;) {
    from.expires_at(std::chrono::steady_clock::now() + idle_timeout);
    const auto got = co_await from.read_some(buffer);
    if (!got || *got == 0) break;
    const std::string_view piece(buffer.data(), *got);
    const auto sent = co_await to.write(piece);
    if (!sent) break;
  }
  to.finish();
}

constexpr std::chrono::milliseconds kTunnelIdleTimeout{3'600'000};

// Both directions of an upgraded connection (WebSocket): ends when either side has ended.
Awaitable<> run_tunnel(std::shared_ptr<PooledConnection> upstream, net::Stream& client, std::string early) {
  const auto executor = co_await boost::asio::this_coro::executor;
  if (!early.empty()) {
    const auto sent = co_await upstream->wire.stream.write(early);
    if (!sent) co_return;
  }
  TaskGroup tasks(executor);
  tasks.spawn("tunnel-to-client", pump(upstream->wire, client, kTunnelIdleTimeout));
  co_await pump_stream(client, upstream->wire.stream, kTunnelIdleTimeout);
  upstream->wire.stream.expires_at(std::chrono::steady_clock::now() + std::chrono::seconds{5});
  (void)co_await tasks.join(Deadline::after(std::chrono::seconds{10}));
  upstream->wire.stream.close();
  (void)co_await tasks.stop(Deadline::never());
}

}  // namespace

// A body that streams from a pooled connection, which goes back when the body has been read to its end.
class ResponseBody final : public Body {
 public:
  ResponseBody(std::weak_ptr<Client::State> client, std::unique_ptr<PooledConnection> connection,
               const HeadFacts& facts, std::chrono::milliseconds idle_timeout)
      : client_(std::move(client)),
        connection_(std::move(connection)),
        body_(connection_->wire, facts.framing, UINT64_MAX),
        idle_timeout_(idle_timeout),
        keeps_alive_(facts.keeps_alive) {}

  [[nodiscard]] Awaitable<Result<std::string_view>> read() override {
    if (!connection_ || body_.is_finished()) {
      give_back();
      co_return std::string_view{};
    }
    connection_->wire.stream.expires_at(std::chrono::steady_clock::now() + idle_timeout_);
    auto piece = co_await body_.read();
    if (!piece) {
      piece.error().origin = Origin::upstream;
      connection_->wire.stream.close();
    } else if (piece->empty()) {
      give_back();
    }
    co_return piece;
  }
  [[nodiscard]] std::string_view ready() override { return connection_ ? body_.ready() : std::string_view{}; }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return body_.size(); }
  [[nodiscard]] bool is_finished() const override { return body_.is_finished(); }
  void abandon() override {
    if (connection_) connection_->wire.stream.close();
  }

 private:
  void give_back() {
    const auto client = client_.lock();
    if (client && connection_ && keeps_alive_ && body_.is_finished()) {
      client->give_back(std::move(connection_));
    }
  }

  std::weak_ptr<Client::State> client_;
  std::unique_ptr<PooledConnection> connection_;
  WireBody body_;
  std::chrono::milliseconds idle_timeout_;
  bool keeps_alive_;
};

namespace {

constexpr std::size_t kReadBuffer = 16 * 1024;  // as the server's, so that both share spare buffers
constexpr std::chrono::milliseconds kBodyIdleTimeout{60'000};

Awaitable<Result<void>> send_body(PooledConnection& connection, Request& request, Framing framing) {
  WriteBodyOptions options{connection.head, framing, kBodyIdleTimeout};
  const auto sent = co_await write_body(connection.wire.stream, *request.body, std::move(options));
  if (!sent) co_return fail(sent);
  co_return Result<void>{};
}

Eventual<Result<void>> send_request(PooledConnection& connection, const Target& target, Request& request) {
  const Framing framing = framing_of(request);
  write_head(connection.head, target, request, framing);
  if (request.body != nullptr) return send_body(connection, request, framing);
  return write_together(connection.wire.stream, connection.head, request.content);
}

// The head of the final answer: 1xx but 101 are passed over.
Awaitable<Result<HeadFacts>> read_answer(PooledConnection& connection, const HeadLimits& limits,
                                         const Request& request, Response& response) {
  const auto answer_to = request.method == "HEAD" ? AnswerTo::head : AnswerTo::other;
  for (int interim = 0; interim < 10; ++interim) {
    const auto head = co_await connection.wire.read_head(limits);
    if (!head) co_return fail(head);
    if (head->empty())
      co_return fail(ErrorKind::unavailable, "connection_lost", "the peer closed", Origin::upstream);
    const auto facts = parse_response_head(*head, limits, answer_to, response);
    if (!facts) co_return fail(facts);
    connection.wire.consume(head->size());
    if (response.status >= 200 || response.status == 101) co_return facts;
  }
  co_return fail(ErrorKind::bad_upstream, "too_many_interim_answers", {}, Origin::upstream);
}

// Connection-bound fields end here (RFC 9110 section 7.6.1): the server writes its own.
void drop_framing_headers(Headers& headers) {
  headers.keep_if([](const HeaderField& field) {
    return !core::iequals(field.name, "Connection") && !core::iequals(field.name, "Keep-Alive") &&
           !core::iequals(field.name, "Transfer-Encoding") && !core::iequals(field.name, "Content-Length");
  });
}

}  // namespace

Client::Client(runtime::Executor executor, ClientLimits limits)
    : state_(std::make_shared<State>(executor, limits)) {}
Client::~Client() = default;

Awaitable<Result<void>> Client::send(const Target& target, Request& request, Response& response,
                                     Deadline deadline) {
  const auto state = state_;
  const HeadLimits limits{state->limits.head_bytes_max, 200};
  Pool& pool = state->idle[target];
  for (bool may_reuse = true;; may_reuse = false) {
    auto connection = may_reuse ? state->take_idle(pool, request.method) : nullptr;
    const bool is_reused = connection != nullptr;
    if (!is_reused) {
      net::ConnectOptions options{.host = target.host,
                                  .port = target.port,
                                  .tls = target.tls,
                                  .server_name = target.server_name,
                                  .peer_uri = target.peer_uri,
                                  .verify_peer = target.verify_peer};
      const auto patience =
          target.connect_timeout.count() > 0 ? target.connect_timeout : state->limits.connect_timeout;
      auto stream = co_await net::connect(std::move(options), deadline.capped(patience));
      if (!stream) co_return fail(stream);
      connection = std::make_unique<PooledConnection>(std::move(*stream), kReadBuffer, pool);
    }
    connection->wire.stream.expires_at(deadline.time());
    connection->head = state->spare_heads.take();
    const auto sent = co_await send_request(*connection, target, request);
    state->spare_heads.give_back(std::move(connection->head));
    // The body's own source failed: the peer waits for the rest and has nothing to say.
    if (!sent && sent.error().origin == Origin::client) co_return fail(sent);
    // A failed write may still have an answer waiting: a refusal before the whole body was taken.
    auto facts = co_await read_answer(*connection, limits, request, response);
    if (!facts) {
      const bool is_stale = is_reused && facts.error().kind == ErrorKind::unavailable &&
                            connection->wire.buffered().empty() && request.body == nullptr;
      if (is_stale && is_idempotent(request.method)) continue;
      Error error = sent ? facts.error() : sent.error();
      error.origin = Origin::upstream;
      co_return std::unexpected(std::move(error));
    }
    if (!sent) facts->keeps_alive = false;
    if (response.status == 101) {
      std::shared_ptr<PooledConnection> shared = std::move(connection);
      response.tunnel = [shared](net::Stream& client, std::string early) {
        return run_tunnel(shared, client, std::move(early));
      };
      co_return Result<void>{};
    }
    if (request.method != "HEAD") drop_framing_headers(response.headers);
    WireBody whole(connection->wire, facts->framing, UINT64_MAX);
    const bool is_here = facts->framing.kind == Framing::Kind::none ||
                         (facts->framing.kind == Framing::Kind::length &&
                          facts->framing.length <= connection->wire.buffered().size());
    if (is_here) {
      response.content = whole.ready();
      if (facts->keeps_alive) state->give_back(std::move(connection));
      co_return Result<void>{};
    }
    response.stream = std::make_unique<ResponseBody>(state, std::move(connection), *facts, kBodyIdleTimeout);
    co_return Result<void>{};
  }
}

Awaitable<Result<Reply>> Client::fetch(const Target& target, Request& request, Deadline deadline) {
  Response response;
  const auto sent = co_await send(target, request, response, deadline);
  if (!sent) co_return fail(sent);
  Reply reply{response.status, std::move(response.headers), std::move(response.content)};
  if (response.stream) {
    auto content = co_await read_all(*response.stream, state_->limits.body_bytes_max);
    if (!content) co_return fail(content);
    reply.content = std::move(*content);
  }
  co_return reply;
}

void Client::close_idle() {
  for (auto& [target, pool] : state_->idle) pool.clear();
}

std::size_t Client::idle() const {
  std::size_t count = 0;
  for (const auto& [target, connections] : state_->idle) count += connections.size();
  return count;
}

}  // namespace gatehouse::http
