#include "net/socket.hpp"

#include <cerrno>
#include <sys/socket.h>

#include <boost/asio/error.hpp>

namespace gatehouse::net {

using boost::system::error_code;

std::pair<error_code, std::size_t> Socket::receive_now(std::span<char> into) {
  ssize_t got = 0;
  do {
    got = ::recv(native_handle(), into.data(), into.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got >= 0) return {error_code{}, static_cast<std::size_t>(got)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {boost::asio::error::would_block, 0};
  return {error_code(errno, boost::system::system_category()), 0};
}

Socket::Receiving::Receiving(Socket& socket, std::span<char> into)
    : reactor_op(error_code{}, &Receiving::try_now, &Receiving::completed), socket_(socket), into_(into) {}

void Socket::Receiving::start(std::coroutine_handle<> coroutine, runtime::detail::Task& task) {
  coroutine_ = coroutine;
  task_ = &task;
  cancellation_key_ = this;
  task.wait_for(*this);
  constexpr bool is_continuation = true;
  constexpr bool may_try_first = true;  // if the reactor has heard of the descriptor since it was emptied
  socket_.reactor_.start_op(Reactor::read_op, socket_.native_handle(), socket_.reactor_data(), this,
                            is_continuation, may_try_first);
}

void Socket::Receiving::call_off() {
  socket_.reactor_.cancel_ops_by_key(socket_.native_handle(), socket_.reactor_data(), Reactor::read_op,
                                     cancellation_key_);
}

boost::asio::detail::reactor_op::status Socket::Receiving::try_now(reactor_op* base) {
  auto& self = *static_cast<Receiving*>(base);
  const auto [error, size] = self.socket_.receive_now(self.into_);
  if (error == boost::asio::error::would_block) return not_done;
  self.ec_ = error;
  self.bytes_transferred_ = size;
  return size < self.into_.size() ? done_and_exhausted : done;
}

// Called by the reactor; `owner` is null when the loop is being destroyed.
void Socket::Receiving::completed(void* owner, boost::asio::detail::operation* base, const error_code&,
                                  std::size_t) {
  auto& self = *static_cast<Receiving*>(static_cast<reactor_op*>(base));
  if (owner == nullptr) return self.task_->abandon();
  self.task_->has_waited();
  self.coroutine_.resume();
}

}  // namespace gatehouse::net
