#include "net/stream.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

#include "net/stream_state.hpp"
#include "runtime/token.hpp"

namespace gatehouse::net {

namespace asio = boost::asio;
using boost::system::error_code;
using runtime::as_values;

Error error_of(const Stream::State& state, const error_code& error) {
  if (state.is_expired) return {ErrorKind::timeout, "io_timeout"};
  if (error == asio::error::operation_aborted) return {ErrorKind::cancelled, "stopped"};
  return {ErrorKind::unavailable, "connection_lost", error.message()};
}

Stream::Stream(std::unique_ptr<State> state) : state_(std::move(state)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

namespace {

Result<std::size_t> outcome_of(const Stream::State& state, const error_code& error, std::size_t size) {
  if (!error) return size;
  // A peer that closes TLS without close_notify truncates nothing for us: HTTP frames its messages itself.
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    if (!state.is_expired) return std::size_t{0};
  }
  return std::unexpected(error_of(state, error));
}

}  // namespace

Awaitable<Result<std::size_t>> Stream::read_some(std::span<char> into) {
  State& state = *state_;
  if (state.is_expired) co_return fail(ErrorKind::timeout, "io_timeout");
  if (state.tls) {
    const auto buffer = asio::buffer(into.data(), into.size());
    const auto [error, size] = co_await state.tls->async_read_some(buffer, as_values);
    co_return outcome_of(state, error, size);
  }
  const auto [error, size] = state.socket.receive_now(into);
  if (error != asio::error::would_block) co_return outcome_of(state, error, size);
  state.has_been_empty = true;
  const auto [later_error, later_size] = co_await state.socket.receive(into);
  co_return outcome_of(state, later_error, later_size);
}

Awaitable<Result<std::size_t>> Stream::read_message(std::span<char> into) {
  State& state = *state_;
  // Who speaks for the first or second time may have said all in one breath, end of stream included.
  if (state.tls || !state.has_been_empty) co_return co_await read_some(into);
  if (state.is_expired) co_return fail(ErrorKind::timeout, "io_timeout");
  const auto [error, size] = co_await state.socket.receive(into);
  co_return outcome_of(state, error, size);
}

Eventual<Result<void>> Stream::write(std::string_view bytes) {
  return write(bytes, {});
}

Eventual<Result<void>> Stream::write(std::string_view head, std::string_view body) {
  State& state = *state_;
  if (state.is_expired) return fail(ErrorKind::timeout, "io_timeout");
  if (state.tls) return write_tls(head, body);
  error_code error;
  std::size_t written = 0;
  if (body.empty()) {
    written = state.socket.write_some(asio::buffer(head.data(), head.size()), error);
  } else {
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head.data(), head.size()),
                                                    asio::buffer(body.data(), body.size())};
    written = state.socket.write_some(buffers, error);
  }
  if (error && error != asio::error::would_block) return std::unexpected(error_of(state, error));
  if (written == head.size() + body.size()) return Result<void>{};
  return write_rest(head, body, written);
}

// What the kernel did not take at once needs turns of the event loop.
Awaitable<Result<void>> Stream::write_rest(std::string_view head, std::string_view body,
                                           std::size_t written) {
  std::array<asio::const_buffer, 2> buffers{asio::buffer(head.data(), head.size()),
                                            asio::buffer(body.data(), body.size())};
  const auto of_head = std::min(written, head.size());
  buffers[0] += of_head;
  buffers[1] += written - of_head;
  const auto [error, size] = co_await asio::async_write(state_->socket, buffers, as_values);
  if (error) co_return std::unexpected(error_of(*state_, error));
  co_return Result<void>{};
}

Awaitable<Result<void>> Stream::write_tls(std::string_view head, std::string_view body) {
  State& state = *state_;
  static constexpr std::size_t one_record = 16 * 1024;
  if (!body.empty() && head.size() + body.size() <= one_record) {
    state.scratch.assign(head).append(body);
    head = state.scratch;
    body = {};
  }
  for (const std::string_view part : {head, body}) {
    if (part.empty()) continue;
    const auto buffer = asio::buffer(part.data(), part.size());
    const auto [error, size] = co_await asio::async_write(*state.tls, buffer, as_values);
    if (error) co_return std::unexpected(error_of(state, error));
  }
  co_return Result<void>{};
}

void Stream::finish() {
  if (!state_ || !state_->socket.is_open()) return;
  // No TLS close_notify: waiting to send one would hold the connection, and HTTP/1.1 messages end by their
  // framing.
  error_code ignored;
  state_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
  if (state_) state_->close();
}

void Stream::expires_at(core::SteadyTime when) {
  state_->expires_at = when;
  state_->is_expired = false;
}
void Stream::never_expires() {
  expires_at(core::SteadyTime::max());
}

bool Stream::has_unexpected_input() {
  char byte = 0;
  const ssize_t got = ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

bool Stream::is_open() const {
  return state_ && state_->socket.is_open();
}
const Peer& Stream::peer() const {
  return state_->peer;
}

}  // namespace gatehouse::net
