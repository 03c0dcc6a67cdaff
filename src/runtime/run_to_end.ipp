// Part of worker.hpp.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "runtime/start_task.hpp"

namespace gatehouse::runtime {

namespace detail {

template <class T>
Awaitable<> keep_result(Awaitable<T> task, std::optional<T>& kept) {
  kept.emplace(co_await std::move(task));
}

}  // namespace detail

template <class T>
T run_to_end(boost::asio::io_context& io, Awaitable<T> task) {
  if constexpr (std::is_void_v<T>) {
    std::exception_ptr failure;
    bool done = false;
    detail::start_task(io.get_executor(), {}, std::move(task), [&](std::exception_ptr error) {
      failure = error;
      done = true;
    });
    if (io.stopped()) io.restart();  // it stops whenever it has run out of work
    while (!done && io.run_one() != 0) {
    }
    if (failure) std::rethrow_exception(failure);
  } else {
    std::optional<T> result;
    run_to_end(io, detail::keep_result(std::move(task), result));
    return std::move(result.value());
  }
}

template <class T>
T run_to_end(Awaitable<T> task) {
  boost::asio::io_context io{1};
  return run_to_end(io, std::move(task));
}

}  // namespace gatehouse::runtime
