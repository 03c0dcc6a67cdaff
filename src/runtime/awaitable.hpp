// The coroutine type of Gatehouse. Nothing else names asio::awaitable.
//
// The executor is io_context's own, not any_io_executor: one virtual call and one reference count less on
// every suspension.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace gatehouse::runtime {

using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Awaitable = boost::asio::awaitable<T, Executor>;

}  // namespace gatehouse::runtime

namespace gatehouse {
using runtime::Awaitable;
}  // namespace gatehouse
