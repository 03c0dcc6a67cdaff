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

Awaitable<Result<std::size_t>> Stream::read_some(std::span<char> into) {
  State& state = *state_;
  if (state.is_expired) co_return fail(ErrorKind::timeout, "io_timeout");
  const auto buffer = asio::buffer(into.data(), into.size());
  error_code error;
  std::size_t size = 0;
  if (state.tls) {
    std::tie(error, size) = co_await state.tls->async_read_some(buffer, as_values);
  } else {
    std::tie(error, size) = co_await state.socket.async_read_some(buffer, as_values);
  }
  if (!error) co_return size;
  // A peer that closes TLS without close_notify truncates nothing for us: HTTP frames its messages itself.
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    if (!state.is_expired) co_return std::size_t{0};
  }
  co_return std::unexpected(error_of(state, error));
}

Awaitable<Result<void>> Stream::write(std::string_view bytes) {
  return write(bytes, {});
}

Awaitable<Result<void>> Stream::write(std::string_view head, std::string_view body) {
  State& state = *state_;
  if (state.is_expired) co_return fail(ErrorKind::timeout, "io_timeout");
  error_code error;
  std::size_t written = 0;
  if (state.tls) {
    static constexpr std::size_t one_record = 16 * 1024;
    if (!body.empty() && head.size() + body.size() <= one_record) {
      state.scratch.assign(head).append(body);
      head = state.scratch;
      body = {};
    }
    const auto head_buffer = asio::buffer(head.data(), head.size());
    std::tie(error, written) = co_await asio::async_write(*state.tls, head_buffer, as_values);
    if (!error && !body.empty()) {
      const auto body_buffer = asio::buffer(body.data(), body.size());
      std::tie(error, written) = co_await asio::async_write(*state.tls, body_buffer, as_values);
    }
  } else {
    std::array<asio::const_buffer, 2> buffers{asio::buffer(head.data(), head.size()),
                                              asio::buffer(body.data(), body.size())};
    // The kernel nearly always takes all at once; only what is left needs a turn of the event loop.
    written = state.socket.write_some(buffers, error);
    if (error == asio::error::would_block) error = {};
    if (!error && written < head.size() + body.size()) {
      const auto of_head = std::min(written, head.size());
      buffers[0] += of_head;
      buffers[1] += written - of_head;
      std::tie(error, written) = co_await asio::async_write(state.socket, buffers, as_values);
    }
  }
  if (error) co_return std::unexpected(error_of(state, error));
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
