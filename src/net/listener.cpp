#include "net/listener.hpp"

#include <sys/socket.h>

#include <fmt/format.h>

#include "net/stream_state.hpp"
#include "runtime/token.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::net {

namespace asio = boost::asio;
namespace log = telemetry::log;
using boost::system::error_code;
using runtime::as_values;
using tcp = asio::ip::tcp;
using Acceptor = tcp::acceptor::rebind_executor<runtime::Executor>::other;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

struct Listener::State {
  State(runtime::Executor executor, ListenOptions options_, OnConnection on_connection_)
      : options(std::move(options_)),
        on_connection(std::move(on_connection_)),
        acceptor(executor),
        accepting(executor),
        serving(executor) {}

  ListenOptions options;
  OnConnection on_connection;
  Acceptor acceptor;
  runtime::TaskGroup accepting;
  runtime::TaskGroup serving;
  std::uint64_t accepted = 0;
  std::uint64_t failed_handshakes = 0;
};

namespace {

Error listen_error(const ListenOptions& options, const error_code& error) {
  std::string_view reason = "listen_failed";
  if (error == asio::error::address_in_use) reason = "address_in_use";
  if (error == asio::error::access_denied) reason = "permission_denied";
  if (error == boost::system::errc::address_not_available) reason = "address_not_available";
  return {ErrorKind::unavailable, reason,
          fmt::format("{}:{}: {}", options.address, options.port, error.message())};
}

// One connection from accept to end. Takes values: it outlives the accept loop's turn.
template <class State>
Awaitable<> serve(std::shared_ptr<State> listener, Socket socket) {
  configure_socket(socket);
  auto state = std::make_unique<Stream::State>(std::move(socket));
  if (listener->options.tls) {
    state->expires_at = std::chrono::steady_clock::now() + listener->options.handshake_timeout;
    const auto context = listener->options.tls->current();
    const auto shaken = co_await shake_hands(*state, context, HandshakeSide::server, nullptr);
    if (!shaken) {
      ++listener->failed_handshakes;
      log::debug("tls-handshake-failed", "a client failed the TLS handshake", {log::field(shaken.error())});
      co_return;
    }
    state->expires_at = core::SteadyTime::max();
  } else {
    describe_peer(*state);
  }
  Stream stream(std::move(state));
  co_await listener->on_connection(std::move(stream));
}

template <class State>
Awaitable<> accept_all(std::shared_ptr<State> listener) {
  while (listener->acceptor.is_open()) {
    auto [error, socket] = co_await listener->acceptor.async_accept(as_values);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors, most likely: a pause lets connections end instead of spinning.
      log::warn("accept-failed", "could not accept a connection",
                {log::field("error.message", error.message())});
      const auto paused = co_await runtime::sleep_for(std::chrono::milliseconds{50});
      if (!paused) co_return;
      continue;
    }
    ++listener->accepted;
    if (listener->serving.size() >= listener->options.connections_max) continue;  // the socket closes here
    listener->serving.spawn("connection", serve(listener, Socket(std::move(socket))));
  }
}

}  // namespace

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() {
  stop_accepting();
}

Result<std::unique_ptr<Listener>> Listener::open(runtime::Executor executor, ListenOptions options,
                                                 OnConnection on_connection) {
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return fail(ErrorKind::invalid, "bad_listen_address", options.address);
  const tcp::endpoint endpoint(address, options.port);

  auto state = std::make_shared<State>(executor, std::move(options), std::move(on_connection));
  auto& acceptor = state->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && state->options.shares_port) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1024, error);
  if (error) return std::unexpected(listen_error(state->options, error));
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Result<void> port_is_free(const std::string& address, std::uint16_t port) {
  boost::asio::io_context io;
  const auto probe = Listener::open(io.get_executor(), {.address = address, .port = port},
                                    [](Stream) -> Awaitable<> { co_return; });
  if (!probe) return fail(probe);
  return {};
}

void Listener::start() {
  state_->accepting.spawn("accept", accept_all(state_));
}

void Listener::stop_accepting() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

Awaitable<bool> Listener::stop(Deadline deadline) {
  stop_accepting();
  const auto state = state_;
  (void)co_await state->accepting.stop(deadline);
  const bool drained = co_await state->serving.join(deadline);
  if (drained) co_return true;
  co_return co_await state->serving.stop(Deadline::after(std::chrono::milliseconds{500}));
}

std::uint16_t Listener::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}
std::size_t Listener::connections() const {
  return state_->serving.size();
}
std::uint64_t Listener::accepted() const {
  return state_->accepted;
}
std::uint64_t Listener::failed_handshakes() const {
  return state_->failed_handshakes;
}

}  // namespace gatehouse::net
