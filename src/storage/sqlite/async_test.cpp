#include "storage/sqlite/async.hpp"

#include <atomic>
#include <latch>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "runtime/task_group.hpp"
#include "runtime/worker.hpp"
#include "storage/sqlite/test_file.hpp"

namespace gatehouse::storage::sqlite {
namespace {

std::int64_t integer(const Row& row) {
  return row.integer(0);
}

class SqliteAsyncTest : public testing::Test {
 protected:
  void SetUp() override {
    auto connection = database_.writer();
    ASSERT_TRUE(connection->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB) STRICT"));
  }
  std::int64_t rows() {
    auto connection = database_.reader();
    return connection->one("SELECT count(*) FROM t", integer).value().value();
  }
  boost::asio::io_context io_{1};  // first: the threads that post to it must be gone before it is
  TestFile file_;
  Database database_ = file_.open();
  BlockingPool pool_{"test"};
};

auto insert(std::int64_t id) {
  return [id](Connection& connection) -> Result<std::int64_t> {
    if (auto done = connection.run("INSERT INTO t (id) VALUES (?)", id); !done) return fail(done);
    return id * 10;
  };
}

Awaitable<> write_one(WriteQueue& queue, std::int64_t id, std::vector<Result<std::int64_t>>& outcomes) {
  Result<std::int64_t> outcome = co_await queue.write(insert(id));
  outcomes.push_back(std::move(outcome));
}

TEST_F(SqliteAsyncTest, AWriteGivesItsResultAndAReadSeesIt) {
  AsyncDatabase database(database_, pool_);
  const auto purchase = [](AsyncDatabase& store) -> Awaitable<Result<std::int64_t>> {
    auto written = co_await store.write(insert(7));
    if (!written) co_return fail(written);
    auto read = [](Connection& connection) -> Result<std::int64_t> {
      auto found = connection.one("SELECT id FROM t", integer);
      if (!found) return fail(found);
      return found->value_or(0);
    };
    auto seen = co_await store.read(read);
    if (!seen) co_return fail(seen);
    co_return *written + *seen;
  };
  EXPECT_EQ(runtime::run_to_end(io_, purchase(database)).value(), 77);
}

TEST_F(SqliteAsyncTest, WritesThatWaitTogetherShareCommits) {
  WriteQueue queue(database_);
  std::vector<Result<std::int64_t>> outcomes;
  TaskGroup tasks(io_.get_executor());
  for (int id = 0; id < 500; ++id) tasks.spawn("write", write_one(queue, id, outcomes));
  io_.run();
  EXPECT_EQ(outcomes.size(), 500U);
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome);
  EXPECT_EQ(rows(), 500);
  EXPECT_LT(queue.commits(), 100U);
}

// Holds the queue's thread inside a batch until everything that shall share it is queued.
class Gate {
 public:
  WriteQueue::Work work() {
    return [this](Connection&) -> Result<void> {
      entered_.count_down();
      opened_.wait();
      return {};
    };
  }
  void wait_until_entered() { entered_.wait(); }
  void open() { opened_.count_down(); }

 private:
  std::latch entered_{1};
  std::latch opened_{1};
};

struct Outcomes {
  explicit Outcomes(std::ptrdiff_t count) : all(count), results(static_cast<std::size_t>(count)) {}
  WriteQueue::Done done(std::size_t index) {
    return [this, index](Result<void> outcome) {
      results[index] = std::move(outcome);
      all.count_down();
    };
  }
  std::latch all;
  std::vector<Result<void>> results;
};

WriteQueue::Work filling(std::int64_t id, std::size_t bytes) {
  return [id, bytes](Connection& connection) -> Result<void> {
    const std::string filler(bytes, 'x');
    if (auto done = connection.run("INSERT INTO t VALUES (?, ?)", id, Blob{filler}); !done) return fail(done);
    return {};
  };
}

TEST_F(SqliteAsyncTest, AFailingWriteIsRolledBackAlone) {
  WriteQueue queue(database_);
  Gate gate;
  Outcomes outcomes(5);
  ASSERT_TRUE(queue.submit(gate.work(), outcomes.done(0)));
  gate.wait_until_entered();
  ASSERT_TRUE(queue.submit(filling(1, 10), outcomes.done(1)));
  const auto half = [](Connection& connection) -> Result<void> {
    EXPECT_TRUE(connection.run("INSERT INTO t (id) VALUES (100)"));
    return refuse(ErrorKind::conflict, "second_thoughts");
  };
  ASSERT_TRUE(queue.submit(half, outcomes.done(2)));
  ASSERT_TRUE(queue.submit(filling(1, 10), outcomes.done(3)));  // the same key again
  const auto buggy = [](Connection& connection) -> Result<void> {
    EXPECT_TRUE(connection.run("INSERT INTO t (id) VALUES (200)"));
    throw std::runtime_error("a bug");
  };
  ASSERT_TRUE(queue.submit(buggy, outcomes.done(4)));
  gate.open();
  outcomes.all.wait();
  EXPECT_TRUE(outcomes.results[1]);
  EXPECT_EQ(outcomes.results[2].error().reason, "second_thoughts");
  EXPECT_EQ(outcomes.results[3].error().reason, "unique_violation");
  EXPECT_EQ(outcomes.results[4].error().reason, "unexpected_exception");
  EXPECT_EQ(rows(), 1);
}

TEST_F(SqliteAsyncTest, AFullDiskFailsTheWriteThatFillsItAndNoOther) {
  WriteQueue queue(file_.open({.page_count_max = 30}));
  Gate gate;
  Outcomes outcomes(5);
  ASSERT_TRUE(queue.submit(gate.work(), outcomes.done(0)));
  gate.wait_until_entered();
  ASSERT_TRUE(queue.submit(filling(1, 100), outcomes.done(1)));
  ASSERT_TRUE(queue.submit(filling(2, 1'000'000), outcomes.done(2)));
  ASSERT_TRUE(queue.submit(filling(3, 100), outcomes.done(3)));
  gate.open();
  ASSERT_TRUE(queue.submit(filling(4, 100), outcomes.done(4)));
  outcomes.all.wait();
  EXPECT_EQ(outcomes.results[2].error().reason, "disk_full");
  // Whether SQLite kept the rest of the batch is its business; nobody is told of a write that is not there.
  std::int64_t told = 0;
  for (const std::size_t i : {1U, 3U, 4U}) {
    if (outcomes.results[i]) ++told;
    if (!outcomes.results[i]) {
      EXPECT_TRUE(outcomes.results[i].error().safe_to_retry) << i << outcomes.results[i].error().detail;
    }
  }
  EXPECT_EQ(rows(), told);
  EXPECT_TRUE(outcomes.results[4]);
}

TEST_F(SqliteAsyncTest, ALockHeldElsewhereFailsTheBatchAndTheNextOneGoesOn) {
  Database other = file_.open();
  WriteQueue queue(file_.open({.busy_timeout = std::chrono::milliseconds{20}}));
  {
    auto holding = other.writer();
    ASSERT_TRUE(holding->run("BEGIN IMMEDIATE"));
    Outcomes outcomes(1);
    ASSERT_TRUE(queue.submit(filling(1, 1), outcomes.done(0)));
    outcomes.all.wait();
    EXPECT_EQ(outcomes.results[0].error().reason, "database_busy");
    EXPECT_TRUE(outcomes.results[0].error().safe_to_retry);
  }
  Outcomes outcomes(1);
  ASSERT_TRUE(queue.submit(filling(1, 1), outcomes.done(0)));
  outcomes.all.wait();
  EXPECT_TRUE(outcomes.results[0]);
}

TEST_F(SqliteAsyncTest, AFullQueueRefusesAndStopCommitsWhatIsQueued) {
  WriteQueue queue(database_, {.queued_max = 3});
  Gate gate;
  Outcomes outcomes(4);
  ASSERT_TRUE(queue.submit(gate.work(), outcomes.done(0)));
  gate.wait_until_entered();
  for (std::size_t i = 1; i <= 3; ++i)
    ASSERT_TRUE(queue.submit(filling(static_cast<int>(i), 1), outcomes.done(i)));
  EXPECT_FALSE(queue.submit(filling(9, 1), [](Result<void>) { FAIL() << "refused, so never told"; }));
  const auto refused = runtime::run_to_end(io_, queue.write(insert(9)));
  EXPECT_EQ(refused.error().reason, "write_queue_full");
  gate.open();
  queue.stop();
  EXPECT_EQ(rows(), 3);
  EXPECT_FALSE(queue.submit(filling(9, 1), [](Result<void>) {}));
}

// A child process reports each committed write on a pipe and is killed while it writes: all that was reported
// must be there. (The kill cannot test the disk's cache; synchronous=FULL is for that.)
TEST_F(SqliteAsyncTest, WhatWasReportedSurvivesAKill) {
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "ThreadSanitizer allows no new threads after a fork";
#endif
  int reported[2];
  ASSERT_EQ(pipe(reported), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    WriteQueue queue(file_.open());
    for (std::int64_t id = 0;; ++id) {
      const auto tell = [id, &reported](Result<void> outcome) {
        if (outcome) static_cast<void>(!write(reported[1], &id, sizeof id));
      };
      while (!queue.submit(filling(id, 100), tell)) std::this_thread::yield();
    }
  }
  close(reported[1]);
  std::vector<std::int64_t> ids;
  std::int64_t id = 0;
  while (read(reported[0], &id, sizeof id) == sizeof id) {
    ids.push_back(id);
    if (ids.size() == 300) kill(child, SIGKILL);
  }
  close(reported[0]);
  waitpid(child, nullptr, 0);
  ASSERT_GE(ids.size(), 300U);
  Database after = file_.open();
  auto connection = after.reader();
  for (const std::int64_t told : ids) {
    ASSERT_EQ(connection->one("SELECT id FROM t WHERE id = ?", integer, told).value(), told);
  }
  EXPECT_EQ(connection->one("PRAGMA integrity_check", [](const Row& row) { return row.text(0); }).value(),
            "ok");
}

}  // namespace
}  // namespace gatehouse::storage::sqlite
