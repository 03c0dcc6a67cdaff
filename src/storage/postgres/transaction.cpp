#include "storage/postgres/transaction.hpp"

#include "storage/postgres/sqlstate.hpp"

namespace gatehouse::storage::postgres {

namespace {

// For the answer of a server that has just noticed the timeout.
constexpr std::chrono::milliseconds kGrace{250};

}  // namespace

Error run_again(std::string detail) {
  return error_of("40001", std::move(detail));
}

Error undone(Error error) {
  const bool is_ours = error.origin == Origin::upstream;
  const bool may_pass = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::timeout;
  if (is_ours && may_pass && error.reason != "postgres_commit_unknown") error.safe_to_retry = true;
  return error;
}

void add_timeout(Batch& batch, Deadline deadline) {
  // 0 would mean: none.
  const auto left = std::max(deadline.remaining(), std::chrono::milliseconds{1});
  batch.add("SELECT set_config('statement_timeout', $1, true)", std::to_string(left.count()));
}

Deadline with_grace(Deadline deadline) {
  return Deadline::at(deadline.time() + kGrace);
}

Awaitable<Result<std::vector<Rows>>> Transaction::run(Batch batch) {
  if (has_failed_) co_return fail(ErrorKind::internal, "postgres_transaction_failed");
  if (has_begun_) {
    auto rows = co_await connection_.run(batch, with_grace(deadline_));
    has_failed_ = !rows;
    co_return rows;
  }
  has_begun_ = true;
  constexpr std::ptrdiff_t kPreamble = 2;
  Batch whole;
  whole.add("BEGIN");
  add_timeout(whole, deadline_);
  whole.append(std::move(batch));
  auto rows = co_await connection_.run(whole, with_grace(deadline_));
  has_failed_ = !rows;
  if (rows) rows->erase(rows->begin(), rows->begin() + kPreamble);
  co_return rows;
}

Awaitable<Result<void>> Transaction::commit() {
  if (!has_begun_) co_return Result<void>{};
  if (has_failed_) co_return fail(ErrorKind::internal, "postgres_transaction_failed");
  Batch batch;
  batch.add("COMMIT");
  const auto committed = co_await connection_.run(batch, with_grace(deadline_));
  if (committed) co_return Result<void>{};
  if (!connection_.is_broken()) co_return fail(committed);  // refused: rolled back
  co_return fail(ErrorKind::unavailable, "postgres_commit_unknown", committed.error().detail,
                 Origin::upstream);
}

Awaitable<> Transaction::roll_back() {
  if (!has_begun_ || connection_.is_broken()) co_return;
  Batch batch;
  batch.add("ROLLBACK");
  // If it fails the pool sees that the connection is not fit any more.
  (void)co_await connection_.run(batch, with_grace(deadline_));
}

}  // namespace gatehouse::storage::postgres
