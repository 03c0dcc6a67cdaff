// The coroutine type of Gatehouse, on Asio's event loop. Nothing else names another one.
//
// It is our own and not asio::awaitable because of what a request costs: a frame comes from a pool, control
// passes from one coroutine to the next without a trip through a scheduler, an Asio operation needs no frame
// of its own, and what is known already is not waited for (docs/decisions/0007-own-coroutine-type.md).
//
// A coroutine starts when it is awaited, or given to TaskGroup::spawn. It runs on the executor of its task,
// on that worker's thread alone. An exception goes to whoever awaits.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "runtime/pooled.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::runtime {

// io_context's own, not any_io_executor: no virtual call and no reference count on every suspension.
using Executor = boost::asio::io_context::executor_type;

template <class T = void>
class Awaitable;
template <class T>
class Eventual;

namespace detail {

// Something that a task waits for and that can be called off.
class Wait {
 public:
  virtual void call_off() = 0;

 protected:
  ~Wait() = default;
};

// What the coroutines of one task share: where they run, how they are cancelled, the first of them, which
// owns the others, and the span that they work for.
struct Task {
  Executor executor;
  boost::asio::cancellation_state cancellation;
  std::coroutine_handle<> root;
  Wait* waits_for = nullptr;
  const telemetry::TraceContext* trace = nullptr;  // see span.hpp; null: none

  // For waits that come with every request: the slot's handler stays from one to the next. An operation of
  // Asio's puts its own into the slot and leaves it empty.
  void wait_for(Wait& wait) {
    waits_for = &wait;
    auto slot = cancellation.slot();
    if (!slot.is_connected() || slot.has_handler()) return;
    slot.assign([this](boost::asio::cancellation_type) {
      if (waits_for != nullptr) waits_for->call_off();
    });
  }
  void has_waited() { waits_for = nullptr; }
  // Whoever holds the other end may still signal when the task is gone.
  void leave_slot() {
    if (auto slot = cancellation.slot(); slot.is_connected()) slot.clear();
  }

  // The loop ends with an operation still pending: the whole task goes with it.
  void abandon() { root.destroy(); }
};

// An answer to co_await that is there already.
template <class T>
struct Known {
  T value;
  [[nodiscard]] bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  T await_resume() noexcept { return std::move(value); }
};

struct ThisTask {};

class PromiseBase : public Pooled {
 public:
  std::suspend_always initial_suspend() const noexcept { return {}; }
  auto final_suspend() const noexcept {
    struct Back {
      std::coroutine_handle<> caller;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept { return caller; }
      void await_resume() const noexcept {}
    };
    return Back{caller};
  }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  template <class T>
  Awaitable<T>&& await_transform(Awaitable<T>&& child) const noexcept {
    return std::move(child);
  }
  template <class T>
  Eventual<T>&& await_transform(Eventual<T>&& child) const noexcept {
    return std::move(child);
  }
  // An operation of Asio's or of the net room: see token.hpp.
  template <class Operation>
    requires Operation::is_operation
  Operation&& await_transform(Operation&& operation) const noexcept {
    return std::move(operation);
  }
  auto await_transform(boost::asio::this_coro::executor_t) const noexcept {
    return Known<Executor>{task->executor};
  }
  auto await_transform(boost::asio::this_coro::cancellation_state_t) const noexcept {
    return Known<boost::asio::cancellation_state>{task->cancellation};
  }

  auto await_transform(ThisTask) const noexcept { return Known<Task*>{task}; }

  Task* task = nullptr;
  std::coroutine_handle<> caller;
  std::exception_ptr failure;
};

template <class T>
class Promise final : public PromiseBase {
 public:
  Awaitable<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& value) {
    result_.emplace(std::forward<U>(value));
  }
  T take() {
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
    return std::move(*result_);
  }

 private:
  std::optional<T> result_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  Awaitable<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() {
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  }
};

}  // namespace detail

// For span.hpp: `co_await this_task` is what the coroutines of this task share.
inline constexpr detail::ThisTask this_task;

template <class T>
class [[nodiscard]] Awaitable {
 public:
  using promise_type = detail::Promise<T>;
  using value_type = T;

  Awaitable(Awaitable&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Awaitable& operator=(Awaitable&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Awaitable() {
    if (handle_) handle_.destroy();
  }

  // For co_await, which calls them inside a coroutine.
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class CallerPromise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<CallerPromise> caller) noexcept {
    detail::PromiseBase& promise = handle_.promise();
    promise.task = static_cast<detail::PromiseBase&>(caller.promise()).task;
    promise.caller = caller;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend promise_type;
  explicit Awaitable(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

// A value that is there, or the coroutine that will give it: what a function returns that nearly always knows
// at once.
template <class T>
class [[nodiscard]] Eventual {
 public:
  using value_type = T;
  template <class U>
    requires std::is_constructible_v<T, U&&> && (!std::is_same_v<std::remove_cvref_t<U>, Eventual>)
  Eventual(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Eventual(Awaitable<T> pending) noexcept : state_(std::in_place_index<1>, std::move(pending)) {}

  [[nodiscard]] bool await_ready() const noexcept { return state_.index() == 0; }
  template <class CallerPromise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<CallerPromise> caller) noexcept {
    return std::get<1>(state_).await_suspend(caller);
  }
  T await_resume() {
    if (state_.index() == 0) return std::move(std::get<0>(state_));
    return std::get<1>(state_).await_resume();
  }

 private:
  std::variant<T, Awaitable<T>> state_;
};

template <class T>
Awaitable<T> detail::Promise<T>::get_return_object() noexcept {
  return Awaitable<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Awaitable<void> detail::Promise<void>::get_return_object() noexcept {
  return Awaitable<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace gatehouse::runtime

namespace gatehouse {
using runtime::Awaitable;
using runtime::Eventual;
}  // namespace gatehouse
