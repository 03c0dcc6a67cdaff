// A TCP socket, and how bytes are awaited on it; net/ only.
#pragma once

#include <span>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include "runtime/awaitable.hpp"

namespace gatehouse::net {

class Socket : public boost::asio::ip::tcp::socket::rebind_executor<runtime::Executor>::other {
 public:
  using Base = boost::asio::ip::tcp::socket::rebind_executor<runtime::Executor>::other;
  explicit Socket(runtime::Executor executor) : Socket(Base(executor)) {}
  explicit Socket(Base&& base)
      : Base(std::move(base)), reactor_(boost::asio::use_service<Reactor>(get_executor().context())) {}

  // What is there now: like recv(2), with would_block if that is nothing.
  std::pair<boost::system::error_code, std::size_t> receive_now(std::span<char> into);

  // Waits until something is there, and receives it.
  //
  // Asio's own async_read_some tries to read first, and after most reads tries in vain: one system call of
  // five that a request costs. Here a read that did not fill its buffer has emptied the socket (epoll(7),
  // question 9), so the reactor need not try again before it has heard of the descriptor. Only one thing
  // escapes that rule: an end of stream that came together with the last bytes is not told again. Hence
  // Stream tries first wherever an end may matter.
  class Receiving;
  [[nodiscard]] Receiving receive(std::span<char> into);

 private:
  friend class Receiving;
  using Reactor = boost::asio::detail::reactor;
  Reactor::per_descriptor_data& reactor_data() { return impl_.get_implementation().reactor_data_; }
  Reactor& reactor_;
};

class [[nodiscard]] Socket::Receiving final : private boost::asio::detail::reactor_op,
                                              private runtime::detail::Wait {
 public:
  static constexpr bool is_operation = true;
  Receiving(Socket& socket, std::span<char> into);

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class CallerPromise>
  void await_suspend(std::coroutine_handle<CallerPromise> caller) {
    start(caller, *caller.promise().task);
  }
  std::pair<boost::system::error_code, std::size_t> await_resume() const { return {ec_, bytes_transferred_}; }

 private:
  void start(std::coroutine_handle<> coroutine, runtime::detail::Task& task);
  void call_off() override;
  static status try_now(reactor_op* base);
  static void completed(void* owner, boost::asio::detail::operation* base, const boost::system::error_code&,
                        std::size_t);

  Socket& socket_;
  std::span<char> into_;
  std::coroutine_handle<> coroutine_;
  runtime::detail::Task* task_ = nullptr;
};

inline Socket::Receiving Socket::receive(std::span<char> into) {
  return {*this, into};
}

}  // namespace gatehouse::net
