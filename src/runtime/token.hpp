// How Asio operations are awaited, inside runtime/ and net/ only: their results come back as a tuple, errors
// as values.
//
//   const auto [error, size] = co_await socket.async_read_some(buffer, as_values);
#pragma once

#include <memory>
#include <optional>
#include <tuple>

#include <boost/asio/async_result.hpp>

#include "runtime/awaitable.hpp"

namespace gatehouse::runtime {

struct AsValues {};
inline constexpr AsValues as_values;

namespace detail {

template <class... Results>
struct Waiting {
  std::coroutine_handle<> coroutine;
  Task* task = nullptr;
  std::optional<std::tuple<Results...>> results;
};

// What Asio calls back, on the executor of what was waited for: the task's own. One that is destroyed without
// having been called takes its task along: its loop is gone.
template <class... Results>
class ResumeHandler {
 public:
  using cancellation_slot_type = boost::asio::cancellation_slot;

  explicit ResumeHandler(Waiting<Results...>& waiting) : waiting_(&waiting) {}
  ResumeHandler(ResumeHandler&& other) noexcept : waiting_(std::exchange(other.waiting_, nullptr)) {}
  ~ResumeHandler() {
    if (waiting_ != nullptr) waiting_->task->abandon();
  }

  template <class... Given>
  void operator()(Given&&... given) {
    Waiting<Results...>& waiting = *std::exchange(waiting_, nullptr);
    waiting.task->cancellation.slot().clear();
    waiting.results.emplace(std::forward<Given>(given)...);
    waiting.coroutine.resume();
  }
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return waiting_->task->cancellation.slot();
  }

 private:
  Waiting<Results...>* waiting_;
};

// A started operation lives in the frame that awaits it.
template <class Results, class Initiation, class... Args>
class AsioOperation;
template <class... Results, class Initiation, class... Args>
class [[nodiscard]] AsioOperation<std::tuple<Results...>, Initiation, Args...> {
 public:
  static constexpr bool is_operation = true;

  template <class I, class... A>
  explicit AsioOperation(I&& initiation, A&&... args)
      : initiation_(std::forward<I>(initiation)), args_(std::forward<A>(args)...) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class CallerPromise>
  void await_suspend(std::coroutine_handle<CallerPromise> caller) {
    waiting_.coroutine = caller;
    waiting_.task = caller.promise().task;
    std::apply(
        [this](Args&... args) {
          std::move(initiation_)(ResumeHandler<Results...>(waiting_), std::move(args)...);
        },
        args_);
  }
  std::tuple<Results...> await_resume() { return std::move(*waiting_.results); }

 private:
  Initiation initiation_;
  std::tuple<Args...> args_;
  Waiting<Results...> waiting_;
};

}  // namespace detail
}  // namespace gatehouse::runtime

template <class... Results>
class boost::asio::async_result<gatehouse::runtime::AsValues, void(Results...)> {
 public:
  template <class Initiation, class... Args>
  static auto initiate(Initiation&& initiation, gatehouse::runtime::AsValues /*token*/, Args&&... args) {
    using Operation =
        gatehouse::runtime::detail::AsioOperation<std::tuple<std::decay_t<Results>...>,
                                                  std::decay_t<Initiation>, std::decay_t<Args>...>;
    return Operation(std::forward<Initiation>(initiation), std::forward<Args>(args)...);
  }
};
