#include "storage/postgres/database.hpp"

#include "storage/postgres/sqlstate.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::storage::postgres {

namespace log = telemetry::log;

namespace {

constexpr std::chrono::milliseconds kReconnectMayTake{30'000};  // over all hosts
constexpr std::chrono::milliseconds kMigrationMayTake{60'000};

}  // namespace

Database::Database(runtime::Executor executor, Options options, Schema schema, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      schema_(schema),
      meters_(metrics),
      pool_(executor, options_),
      tasks_(executor),
      outage_(Error(ErrorKind::unavailable, "postgres_not_connected")),
      wake_(executor),
      ready_(executor) {
  outage_->safe_to_retry = true;
}

Database::~Database() = default;

void Database::start() {
  tasks_.spawn("postgres", keep());
}

Awaitable<bool> Database::stop(Deadline deadline) {
  const bool is_stopped = co_await tasks_.stop(deadline);
  pool_.close_idle(core::SteadyTime::max());  // here, on the loop that they belong to
  co_return is_stopped;
}

Result<void> Database::readiness() const {
  if (outage_) return std::unexpected(*outage_);
  return {};
}

Awaitable<Result<void>> Database::wait_until_ready(Deadline deadline) {
  while (outage_) {
    const Result<bool> woken = co_await ready_.wait(deadline);
    if (!woken) co_return fail(woken);
    if (outage_ && deadline.is_over()) co_return std::unexpected(*outage_);
  }
  co_return Result<void>{};
}

Awaitable<Result<Pool::Loan>> Database::take(Deadline deadline) {
  if (outage_) co_return std::unexpected(*outage_);
  Result<Pool::Loan> loan = co_await pool_.take(deadline);
  meters_.connections.set(static_cast<double>(pool_.open_count()));
  // One that cannot be opened beside others that work (too many, say) is its taker's trouble alone.
  const bool is_outage =
      !loan && loan.error().origin == Origin::upstream && pool_.open_count() == 0 && !deadline.is_over();
  if (is_outage) begin_outage(loan.error());
  co_return loan;
}

Awaitable<Result<std::vector<Rows>>> Database::run(Batch batch, Repeatable repeatable, Deadline deadline) {
  const Deadline until = capped(deadline);
  const Timing timing(meters_.duration);
  runtime::Span span(co_await runtime::this_task, kBatchSpan);
  Batch whole;
  add_timeout(whole, until);
  whole.append(std::move(batch));
  for (int attempts = 1;; ++attempts) {
    Result<Pool::Loan> loan = span.end(co_await take(until));
    if (!loan) co_return fail(loan);
    Result<std::vector<Rows>> rows = fail(ErrorKind::internal, "postgres_not_run");
    {
      const Pool::Loan connection = std::move(*loan);
      rows = co_await connection->run(whole, with_grace(until));
      if (!rows && repeatable == Repeatable::no && connection->is_broken()) {
        span.note(rows.error());
        co_return fail(ErrorKind::unavailable, "postgres_commit_unknown", rows.error().detail,
                       Origin::upstream);
      }
    }
    if (rows) {
      rows->erase(rows->begin());
      co_return rows;
    }
    const bool again = co_await pause_before_retry(rows.error(), attempts, until);
    if (again) continue;
    span.note(rows.error());
    co_return std::unexpected(undone(std::move(rows.error())));
  }
}

Awaitable<bool> Database::pause_before_retry(const Error& error, int attempts, Deadline deadline) {
  if (!may_run_again(error)) co_return false;
  const auto wait = options_.again.next(attempts, telemetry::fast_random01(), deadline.remaining());
  if (!wait) co_return false;
  meters_.repeated.add();
  const Result<void> slept = co_await runtime::sleep_for(*wait);
  co_return slept.has_value();
}

void Database::begin_outage(const Error& why) {
  const bool is_new = !outage_;
  outage_ = why;
  outage_->kind = ErrorKind::unavailable;
  outage_->safe_to_retry = true;
  if (!is_new) return;
  meters_.outages.add();
  wake_.notify_all();
}

// Connects; the first time the schema is brought up to date before anybody else may use it.
Awaitable<Result<void>> Database::recover() {
  Result<Pool::Loan> loan = co_await pool_.take(Deadline::after(kReconnectMayTake));
  if (!loan) co_return fail(loan);
  if (is_migrated_) co_return Result<void>{};
  const Result<void> migrated = co_await migrate(**loan, schema_, Deadline::after(kMigrationMayTake));
  if (!migrated) co_return fail(migrated);
  is_migrated_ = true;
  co_return Result<void>{};
}

// A lost connection is replaced on the way; if that fails the outage begins here and not with a request.
Awaitable<> Database::probe() {
  if (pool_.idle_count() == 0 && pool_.open_count() > 0)
    co_return;  // all are in use: those who use them will notice
  Batch batch;
  batch.add("SELECT 1");
  (void)co_await run(std::move(batch), Repeatable::yes);
}

Awaitable<> Database::keep() {
  while (!tasks_.is_stopping()) {
    if (!outage_) {
      pool_.close_idle(std::chrono::steady_clock::now() - options_.idle_max);
      const Result<bool> woken = co_await wake_.wait(Deadline::after(options_.probe_every));
      if (!woken) co_return;
      if (!outage_) co_await probe();
      continue;
    }
    const Result<void> recovered = co_await recover();
    if (recovered) {
      log::info("postgres-connected", "PostgreSQL is there",
                {log::field("postgres.database", options_.database)});
      outage_.reset();
      failures_ = 0;
      reported_ = {};
      ready_.notify_all();
      continue;
    }
    report_failure(recovered.error());
    const Result<void> slept =
        co_await runtime::sleep_for(options_.reconnect.delay(++failures_, telemetry::fast_random01()));
    if (!slept) co_return;
  }
}

// When the cause changes, and now and then: the loop tries again and again.
void Database::report_failure(const Error& why) {
  begin_outage(why);
  if (tasks_.is_stopping() || (why.reason == reported_ && failures_ % 50 != 0)) return;
  reported_ = why.reason;
  log::warn("postgres-connect-failed", "PostgreSQL cannot be used, will try again",
            {log::field("postgres.database", options_.database), log::field(why)});
}

}  // namespace gatehouse::storage::postgres
