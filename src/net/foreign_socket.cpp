#include "net/foreign_socket.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "net/watchdog.hpp"
#include "runtime/token.hpp"

namespace gatehouse::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Descriptor = asio::posix::stream_descriptor::rebind_executor<runtime::Executor>::other;

struct ForeignSocket::State final : Watchdog::Entry {
  State(runtime::Executor executor, int number) : descriptor(executor, number) {
    Watchdog::of(executor).watch(*this);
  }
  ~State() override { descriptor.release(); }

  void expire() override {
    is_expired = true;
    error_code ignored;
    descriptor.cancel(ignored);
  }

  Descriptor descriptor;
  bool is_expired = false;
};

namespace {

Awaitable<error_code> wait_for_either(Descriptor& descriptor) {
  auto both =
      asio::experimental::make_parallel_group(descriptor.async_wait(Descriptor::wait_read, asio::deferred),
                                              descriptor.async_wait(Descriptor::wait_write, asio::deferred));
  const auto [order, read_error, write_error] =
      co_await both.async_wait(asio::experimental::wait_for_one(), runtime::as_values);
  co_return order[0] == 0 ? read_error : write_error;
}

Awaitable<error_code> wait_for(Descriptor& descriptor, Readiness readiness) {
  if (readiness == Readiness::either) co_return co_await wait_for_either(descriptor);
  const auto kind = readiness == Readiness::readable ? Descriptor::wait_read : Descriptor::wait_write;
  const auto [error] = co_await descriptor.async_wait(kind, runtime::as_values);
  co_return error;
}

}  // namespace

ForeignSocket::ForeignSocket(runtime::Executor executor, int descriptor)
    : state_(std::make_unique<State>(executor, descriptor)) {}
ForeignSocket::ForeignSocket(ForeignSocket&&) noexcept = default;
ForeignSocket& ForeignSocket::operator=(ForeignSocket&&) noexcept = default;
ForeignSocket::~ForeignSocket() = default;

Awaitable<Result<void>> ForeignSocket::wait(Readiness readiness, Deadline deadline) {
  State& state = *state_;
  if (deadline.is_over()) co_return fail(ErrorKind::timeout, "io_timeout");
  state.is_expired = false;
  state.expires_at = deadline.time();
  const error_code error = co_await wait_for(state.descriptor, readiness);
  state.expires_at = core::SteadyTime::max();
  if (state.is_expired) co_return fail(ErrorKind::timeout, "io_timeout");
  if (error == asio::error::operation_aborted) co_return fail(ErrorKind::cancelled, "stopped");
  co_return Result<void>{};
}

}  // namespace gatehouse::net
