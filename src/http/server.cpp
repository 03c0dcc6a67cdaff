#include "http/server.hpp"

#include "http/connection.hpp"

namespace gatehouse::http {

struct Server::State {
  State(runtime::Executor executor_, Handler& handler, ServerLimits limits)
      : executor(executor_), context{.handler = handler, .limits = limits, .date = {}} {}

  runtime::Executor executor;
  ServerContext context;
  std::vector<std::unique_ptr<net::Listener>> listeners;
};

namespace {

// Takes values: lives as long as its connection.
template <class State>
Awaitable<> run_connection(std::shared_ptr<State> server, net::Stream stream) {
  Connection connection(server->context, std::move(stream));
  co_await connection.run();
}

}  // namespace

Server::Server(runtime::Executor executor, Handler& handler, ServerLimits limits)
    : state_(std::make_shared<State>(executor, handler, limits)) {}
Server::~Server() = default;

Result<std::uint16_t> Server::listen(net::ListenOptions options) {
  // The listener belongs to the state, so its callback must not own the state.
  auto on_connection = [state = std::weak_ptr(state_)](net::Stream stream) -> Awaitable<> {
    return run_connection(state.lock(), std::move(stream));
  };
  auto listener = net::Listener::open(state_->executor, std::move(options), on_connection);
  if (!listener) return fail(listener);
  const auto port = (*listener)->port();
  (*listener)->start();
  state_->listeners.push_back(std::move(*listener));
  return port;
}

Awaitable<bool> Server::stop(Deadline deadline) {
  const auto state = state_;
  state->context.is_draining = true;
  for (auto& listener : state->listeners) listener->stop_accepting();
  const auto idle = state->context.idle;  // closing wakes them, and they leave the list
  for (Connection* connection : idle) connection->close();
  for (Body* body : state->context.event_streams) body->abandon();
  bool is_clean = true;
  for (auto& listener : state->listeners) {
    const bool drained = co_await listener->stop(deadline);
    is_clean = is_clean && drained;
  }
  co_return is_clean;
}

std::size_t Server::connections() const {
  std::size_t count = 0;
  for (const auto& listener : state_->listeners) count += listener->connections();
  return count;
}

std::size_t Server::active_requests() const {
  return state_->context.active_requests;
}

std::uint64_t Server::failed_handshakes() const {
  std::uint64_t count = 0;
  for (const auto& listener : state_->listeners) count += listener->failed_handshakes();
  return count;
}

std::uint64_t Server::accepted() const {
  std::uint64_t count = 0;
  for (const auto& listener : state_->listeners) count += listener->accepted();
  return count;
}

}  // namespace gatehouse::http
