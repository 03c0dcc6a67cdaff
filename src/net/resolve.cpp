#include "net/resolve.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "runtime/timer.hpp"
#include "runtime/token.hpp"

namespace gatehouse::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Resolver = asio::ip::tcp::resolver::rebind_executor<runtime::Executor>::other;

namespace {

std::unexpected<Error> not_resolved(ErrorKind kind, std::string_view reason, std::string detail) {
  Error error(kind, reason, std::move(detail), Origin::upstream);
  error.safe_to_retry = true;
  return std::unexpected<Error>(std::move(error));
}

}  // namespace

Awaitable<Result<std::vector<std::string>>> resolve(std::string host, Deadline deadline) {
  error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) co_return std::vector{literal.to_string()};

  const auto executor = co_await asio::this_coro::executor;
  Resolver resolver(executor);
  runtime::SteadyTimer alarm(executor, deadline.time());
  alarm.async_wait([&resolver](error_code stopped) {
    if (!stopped) resolver.cancel();
  });
  const auto [failure, found] = co_await resolver.async_resolve(host, "", runtime::as_values);
  if (failure == asio::error::operation_aborted) {
    co_return not_resolved(ErrorKind::timeout, "connect_timeout", "resolving " + host);
  }
  if (failure || found.empty()) {
    co_return not_resolved(ErrorKind::unavailable, "name_not_found", host + ": " + failure.message());
  }
  std::vector<std::string> addresses;
  for (const auto& entry : found) {
    std::string address = entry.endpoint().address().to_string();
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(std::move(address));
  }
  co_return addresses;
}

}  // namespace gatehouse::net
