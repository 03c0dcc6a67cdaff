// MongoDB for coroutines: what an adapter holds. The C driver blocks, so work runs on threads of its own, as
// many as there are connections; the driver finds the primary, watches it and reconnects.
//
//   co_return co_await client_.run([key](mongo::Session& session) -> Result<Order> { … });
//
// The function runs on another thread: it captures values. Errors beside those of the session:
// `unavailable` "pool_full"; `timeout` "database_queue_timeout" (safe to retry): no thread was free in time.
// After several failures in a row nobody is let through for a moment; then the error is `unavailable` with
// the reason of the last failure, and safe to retry.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "resilience/circuit_breaker.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/deadline.hpp"
#include "runtime/span.hpp"
#include "storage/mongo/options.hpp"
#include "storage/mongo/session.hpp"

namespace gatehouse::storage::mongo {

inline constexpr runtime::Span::What kSpan{"mongodb", spans::Kind::client, "db.system.name", "mongodb"};

// Belongs to one worker. It connects when it is first used, and again whenever it must.
class Client {
 public:
  // What must be done before any other work, indexes for instance. It runs until it has succeeded once,
  // before the work that was asked for, in one thread at a time.
  using Prepare = std::function<Result<void>(Session&)>;

  // `invalid_field` for a connection string that the driver refuses, `tls_file_rejected` for a file that
  // cannot be read.
  [[nodiscard]] static Result<std::unique_ptr<Client>> open(Options options, Prepare prepare = {});
  ~Client();  // after the last run() has returned
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `fn(Session&) -> Result<T>`. Not cancellable: its end is awaited, which the operation timeout bounds.
  template <class Fn>
  [[nodiscard]] Awaitable<std::invoke_result_t<Fn&, Session&>> run(Fn fn);
  // The same on the caller's thread, any that may block, a thread of another client's for instance. It waits
  // for a connection as long as it takes, and is let through whatever failed before.
  template <class Fn>
  [[nodiscard]] std::invoke_result_t<Fn&, Session&> run_here(Fn fn);

 private:
  struct Driver;
  using Permit = resilience::CircuitBreaker::Permit;

  Client(Options options, Prepare prepare, std::unique_ptr<Driver> driver);
  template <class Fn>
  [[nodiscard]] std::invoke_result_t<Fn&, Session&> run_until(Deadline deadline, Fn& fn);
  [[nodiscard]] Result<Permit> enter();
  void leave(Permit& permit, const Error* error);
  // On a thread that may block.
  [[nodiscard]] Result<void> with_session(Deadline deadline, const std::function<void(Session&)>& use);

  [[nodiscard]] Result<void> prepare(Session& session);

  Options options_;
  Prepare prepare_;
  std::atomic<bool> is_prepared_;
  std::mutex preparing_;
  std::unique_ptr<Driver> driver_;
  resilience::CircuitBreaker breaker_;
  std::optional<Error> last_failure_;
  BlockingPool threads_;  // last: its threads use what stands above
};

template <class Fn>
Awaitable<std::invoke_result_t<Fn&, Session&>> Client::run(Fn fn) {
  using Outcome = std::invoke_result_t<Fn&, Session&>;
  runtime::Span span(co_await runtime::this_task, kSpan);
  auto permit = span.end(enter());
  if (!permit) co_return fail(permit);
  auto work = [this, &fn, deadline = Deadline::after(options_.operation_timeout)] {
    return run_until(deadline, fn);
  };
  Outcome outcome = span.end(co_await threads_.run(std::move(work)));
  leave(*permit, outcome ? nullptr : &outcome.error());
  co_return outcome;
}

template <class Fn>
std::invoke_result_t<Fn&, Session&> Client::run_here(Fn fn) {
  return run_until(Deadline::after(options_.operation_timeout), fn);
}

template <class Fn>
std::invoke_result_t<Fn&, Session&> Client::run_until(Deadline deadline, Fn& fn) {
  std::optional<std::invoke_result_t<Fn&, Session&>> outcome;
  const auto used = with_session(deadline, [&](Session& session) { outcome.emplace(fn(session)); });
  if (!used) return fail(used);
  return std::move(*outcome);
}

}  // namespace gatehouse::storage::mongo
