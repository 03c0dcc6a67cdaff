// SQLite for coroutines: what an adapter holds. Reads run on the blocking pool; writes go through one queue
// that commits everything waiting in one transaction, so that a hundred orders share one fsync (group
// commit).
//
//   co_return co_await database_.write([order](sqlite::Connection& connection) -> Result<Order> { … });
//
// Each write runs under a savepoint of its own: when it fails, it alone is rolled back (only a full or
// broken disk takes the whole batch along: `transaction_lost`, safe to retry). Its result is delivered only
// after the commit is on disk. The function runs on another thread: it captures values.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/awaitable.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/span.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::storage::sqlite {

inline constexpr runtime::Span::What kReadSpan{"sqlite read", spans::Kind::client, "db.system.name",
                                               "sqlite"};
inline constexpr runtime::Span::What kWriteSpan{"sqlite write", spans::Kind::client, "db.system.name",
                                                "sqlite"};

struct WriteQueueLimits {
  std::size_t queued_max = 4096;  // beyond it `write_queue_full`
  std::size_t batch_max = 128;    // writes per commit
  std::chrono::milliseconds batch_time_max{
      20};  // after it the batch is closed: other processes want the lock too
};

// The writing side of one file in this process: a thread of its own. It must be stopped before the loops of
// its callers are destroyed.
class WriteQueue {
 public:
  using Work = std::move_only_function<Result<void>(Connection&)>;
  using Done = std::move_only_function<void(Result<void>)>;

  explicit WriteQueue(Database database, WriteQueueLimits limits = {});
  ~WriteQueue();  // stop()
  WriteQueue(const WriteQueue&) = delete;

  // `fn(Connection&) -> Result<T>`. Not cancellable: once queued it is committed or failed, and the caller is
  // told. If the commit fails or the whole transaction is lost, every write of the batch gets that error.
  template <class Fn>
  [[nodiscard]] Awaitable<std::invoke_result_t<Fn&, Connection&>> write(Fn fn);

  // The same with a callback, which runs on the queue's thread. False: the queue is full or stopped.
  [[nodiscard]] bool submit(Work work, Done done);

  // Refuses new writes, commits what is queued, joins.
  void stop();
  [[nodiscard]] std::size_t queued() const;
  [[nodiscard]] std::uint64_t commits() const;  // transactions so far: fewer than writes under load

 private:
  struct State;
  [[nodiscard]] Awaitable<Result<void>> submitted(Work work);
  std::unique_ptr<State> state_;
};

class AsyncDatabase {
 public:
  AsyncDatabase(Database database, BlockingPool& pool, WriteQueueLimits limits = {})
      : database_(database), pool_(pool), writes_(std::move(database), limits) {}

  // `fn(Connection&) -> Result<T>` on a pool thread with a connection that can only read.
  template <class Fn>
  [[nodiscard]] Awaitable<std::invoke_result_t<Fn&, Connection&>> read(Fn fn);
  // See WriteQueue::write.
  template <class Fn>
  [[nodiscard]] Awaitable<std::invoke_result_t<Fn&, Connection&>> write(Fn fn) {
    return writes_.write(std::move(fn));
  }

  void stop() { writes_.stop(); }
  [[nodiscard]] Database& database() { return database_; }
  [[nodiscard]] const WriteQueue& writes() const { return writes_; }

 private:
  Database database_;
  BlockingPool& pool_;
  WriteQueue writes_;
};

template <class Fn>
Awaitable<std::invoke_result_t<Fn&, Connection&>> WriteQueue::write(Fn fn) {
  using Outcome = std::invoke_result_t<Fn&, Connection&>;
  auto outcome = std::make_shared<std::optional<Outcome>>();
  Work work = [fn = std::move(fn), outcome](Connection& connection) mutable -> Result<void> {
    outcome->emplace(fn(connection));
    if (!**outcome) return fail(**outcome);
    return {};
  };
  runtime::Span span(co_await runtime::this_task, kWriteSpan);
  Result<void> committed = span.end(co_await submitted(std::move(work)));
  if (!committed) co_return fail(committed);
  co_return std::move(**outcome);
}

template <class Fn>
Awaitable<std::invoke_result_t<Fn&, Connection&>> AsyncDatabase::read(Fn fn) {
  using Outcome = std::invoke_result_t<Fn&, Connection&>;
  auto work = [this, &fn]() -> Outcome {
    auto connection = database_.reader();
    if (!connection) return fail(connection);
    return fn(*connection);
  };
  runtime::Span span(co_await runtime::this_task, kReadSpan);
  co_return span.end(co_await pool_.run(std::move(work)));
}

}  // namespace gatehouse::storage::sqlite
