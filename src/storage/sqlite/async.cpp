#include "storage/sqlite/async.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <pthread.h>
#include <signal.h>
#include <thread>
#include <vector>

#include "runtime/completion.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::sqlite {

struct WriteQueue::State {
  struct Job {
    Work work;
    Done done;
  };
  // A job that has run, with what it said; told only after the commit.
  struct Ran {
    Done done;
    Result<void> outcome;
  };

  State(Database database_, WriteQueueLimits limits_) : database(std::move(database_)), limits(limits_) {}

  void run();
  std::deque<Job> take_batch();
  void commit_batch(std::deque<Job>& jobs);
  Result<void> run_batch(Connection&, std::deque<Job>& jobs, std::vector<Ran>& ran);
  static Result<void> run_one(Connection&, Job&);

  Database database;
  const WriteQueueLimits limits;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  bool stopping = false;
  std::atomic<std::uint64_t> commits{0};
  std::thread thread;
};

void WriteQueue::State::run() {
  for (std::deque<Job> batch = take_batch(); !batch.empty(); batch = take_batch()) {
    while (!batch.empty()) commit_batch(batch);
  }
}

// Everything that waits, up to the limit; empty when stopped and drained.
std::deque<WriteQueue::State::Job> WriteQueue::State::take_batch() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return stopping || !jobs.empty(); });
  std::deque<Job> batch;
  while (!jobs.empty() && batch.size() < limits.batch_max) {
    batch.push_back(std::move(jobs.front()));
    jobs.pop_front();
  }
  return batch;
}

// One transaction for as many of the jobs as fit its time; they are removed from `batch` and told.
void WriteQueue::State::commit_batch(std::deque<Job>& batch) {
  std::vector<Ran> ran;
  Result<void> committed = [&]() -> Result<void> {
    auto connection = database.writer();
    if (!connection) return fail(connection);
    auto transaction = Transaction::begin(*connection, Transaction::Kind::write);
    if (!transaction) return fail(transaction);
    if (auto kept = run_batch(*connection, batch, ran); !kept) return kept;
    return transaction->commit();
  }();
  commits.fetch_add(committed ? 1 : 0, std::memory_order_relaxed);
  if (ran.empty()) {  // not even begun: nobody of this batch has had an effect
    for (Job& job : batch) job.done(committed);
    batch.clear();
  }
  for (Ran& one : ran) {
    // A write that failed by itself keeps its own error: it would have failed in any company.
    const bool lost_with_the_batch = one.outcome && !committed;
    one.done(lost_with_the_batch ? committed : std::move(one.outcome));
  }
}

// Fails only if the transaction itself was lost.
Result<void> WriteQueue::State::run_batch(Connection& connection, std::deque<Job>& batch,
                                          std::vector<Ran>& ran) {
  const auto close_at = std::chrono::steady_clock::now() + limits.batch_time_max;
  while (!batch.empty() && (ran.empty() || std::chrono::steady_clock::now() < close_at)) {
    Job job = std::move(batch.front());
    batch.pop_front();
    Result<void> outcome = run_one(connection, job);
    ran.push_back({std::move(job.done), std::move(outcome)});
    if (!connection.in_transaction()) {
      auto lost = fail(ErrorKind::unavailable, "transaction_lost",
                       "rolled back by SQLite after another write's error");
      lost.error().safe_to_retry = true;
      return lost;
    }
  }
  return {};
}

Result<void> WriteQueue::State::run_one(Connection& connection, Job& job) {
  try {
    return transaction(connection, [&] { return job.work(connection); });
  } catch (const std::exception& bug) {
    log::error("write-exception", "a database write ended with an exception",
               {log::field("error.message", bug.what())});
    return fail(ErrorKind::internal, "unexpected_exception", bug.what());
  }
}

WriteQueue::WriteQueue(Database database, WriteQueueLimits limits)
    : state_(std::make_unique<State>(std::move(database), limits)) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads that wait for them
  state_->thread = std::thread([state = state_.get()] { state->run(); });
  pthread_setname_np(state_->thread.native_handle(), "sqlite-writer");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

WriteQueue::~WriteQueue() {
  stop();
}

bool WriteQueue::submit(Work work, Done done) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->stopping || state_->jobs.size() >= state_->limits.queued_max) return false;
    state_->jobs.push_back({std::move(work), std::move(done)});
  }
  state_->changed.notify_one();
  return true;
}

Awaitable<Result<void>> WriteQueue::submitted(Work work) {
  auto start = [this, &work](auto resume) {
    // Shared, because a refused `done` is gone when submit() says so.
    auto shared = std::make_shared<decltype(resume)>(std::move(resume));
    Done done = [shared](Result<void> committed) { (*shared)(std::move(committed)); };
    if (submit(std::move(work), std::move(done))) return;
    auto full = fail(ErrorKind::unavailable, "write_queue_full");
    full.error().safe_to_retry = true;
    (*shared)(Result<void>(std::move(full)));
  };
  co_return co_await runtime::completion<Result<void>>(std::move(start));
}

void WriteQueue::stop() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

std::size_t WriteQueue::queued() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->jobs.size();
}

std::uint64_t WriteQueue::commits() const {
  return state_->commits.load(std::memory_order_relaxed);
}

}  // namespace gatehouse::storage::sqlite
