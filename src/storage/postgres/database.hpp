// PostgreSQL for coroutines: what an adapter holds. One per worker: its connections, and a keeper that
// connects and migrates in the background, so that a role starts without its database and heals by itself.
//
//   auto work = [&](Transaction& transaction) { return place_now(transaction, request); };
//   co_return co_await database_.transaction(work, deadline);
//
// While there is no server everything fails at once with the cause of the outage, safe to retry.
#pragma once

#include <optional>
#include <type_traits>

#include "runtime/span.hpp"
#include "runtime/task_group.hpp"
#include "storage/postgres/meters.hpp"
#include "storage/postgres/pool.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/transaction.hpp"

namespace gatehouse::storage::postgres {

using resilience::Repeatable;

inline constexpr runtime::Span::What kBatchSpan{"postgresql batch", spans::Kind::client, "db.system.name",
                                                "postgresql"};
inline constexpr runtime::Span::What kTransactionSpan{"postgresql transaction", spans::Kind::client,
                                                      "db.system.name", "postgresql"};

class Database {
 public:
  Database(runtime::Executor executor, Options options, Schema schema, telemetry::Metrics& metrics);
  ~Database();  // after stop(), or when the loop never runs again
  Database(const Database&) = delete;

  void start();
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline);

  // Why nothing works now, if so: postgres_not_connected before the first connection, or the last failure.
  [[nodiscard]] Result<void> readiness() const;
  [[nodiscard]] Awaitable<Result<void>> wait_until_ready(Deadline deadline);

  // One round trip and one transaction. What is repeatable runs again on another connection when one is lost;
  // of what is not, `unavailable`/"postgres_commit_unknown" says that it may have happened.
  [[nodiscard]] Awaitable<Result<std::vector<Rows>>> run(Batch batch, Repeatable repeatable,
                                                         Deadline deadline = Deadline::never());

  // Runs `work(Transaction&) -> Awaitable<Result<T>>` and commits if it succeeds. READ COMMITTED: what must
  // not change meanwhile is locked by its statements. Runs again, from the start, what surely had no effect
  // and may succeed: a deadlock, a serialization failure, a connection lost before COMMIT was sent. So `work`
  // changes nothing but the database. Errors: those of `work`; see sqlstate.hpp, Pool::take,
  // Transaction::commit.
  template <class Work>
  [[nodiscard]] std::invoke_result_t<Work&, Transaction&> transaction(Work work,
                                                                      Deadline deadline = Deadline::never());

  [[nodiscard]] const Pool& pool() const { return pool_; }

 private:
  Awaitable<Result<Pool::Loan>> take(Deadline deadline);
  // True after a pause: the transaction may run again. `attempts` counts those made so far.
  Awaitable<bool> pause_before_retry(const Error& error, int attempts, Deadline deadline);
  [[nodiscard]] Deadline capped(Deadline deadline) const {
    return deadline.capped(options_.operation_timeout);
  }

  Awaitable<> keep();
  Awaitable<Result<void>> recover();
  Awaitable<> probe();
  void begin_outage(const Error& why);
  void report_failure(const Error& why);

  const Options options_;
  const Schema schema_;
  Meters meters_;
  Pool pool_;
  TaskGroup tasks_;
  std::optional<Error> outage_;
  bool is_migrated_ = false;
  int failures_ = 0;
  std::string_view reported_;  // the reason that was logged last
  runtime::Signal wake_;
  runtime::Signal ready_;
};

template <class Work>
std::invoke_result_t<Work&, Transaction&> Database::transaction(Work work, Deadline deadline) {
  const Deadline until = capped(deadline);
  const Timing timing(meters_.duration);
  runtime::Span span(co_await runtime::this_task, kTransactionSpan);
  for (int attempts = 1;; ++attempts) {
    auto loan = span.end(co_await take(until));
    if (!loan) co_return fail(loan);
    Result<void> ended;
    {
      const Pool::Loan connection = std::move(*loan);
      Transaction transaction(*connection, until);
      auto outcome = co_await work(transaction);
      if (outcome) {
        ended = co_await transaction.commit();
        if (ended) co_return outcome;
      } else {
        co_await transaction.roll_back();
        ended = fail(outcome);
      }
    }
    const bool again = co_await pause_before_retry(ended.error(), attempts, until);
    if (again) continue;
    span.note(ended.error());
    co_return std::unexpected(undone(std::move(ended.error())));
  }
}

}  // namespace gatehouse::storage::postgres
