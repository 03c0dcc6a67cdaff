// How Asio operations are awaited, inside runtime/ and net/ only: errors come back as values.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/awaitable.hpp"

namespace gatehouse::runtime {

inline constexpr auto as_values = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

}  // namespace gatehouse::runtime
