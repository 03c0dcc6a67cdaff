// The client against a real PostgreSQL over TLS: values, transactions, the pool.
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "storage/postgres/postgres_fixture.hpp"

namespace gatehouse::storage::postgres {
namespace {

using namespace std::chrono_literals;

// Connections are counted here, so nobody probes: at times that has one of its own.
class PostgresDatabase : public PostgresTest {
 protected:
  [[nodiscard]] Options options() const {
    Options undisturbed = PostgresTest::options();
    undisturbed.probe_every = 1h;
    return undisturbed;
  }
  Running connected(Options options) { return PostgresTest::connected(std::move(options)); }
  Running connected() { return connected(options()); }
};

constexpr std::string_view kCount = "SELECT count(*) FROM things";

Awaitable<Result<void>> insert(Transaction& transaction, std::int64_t id) {
  Batch batch;
  batch.add("INSERT INTO things VALUES ($1, 'a name')", id);
  const auto rows = co_await transaction.run(std::move(batch));
  if (!rows) co_return fail(rows);
  co_return Result<void>{};
}

TEST_F(PostgresDatabase, ParametersAndRowsKeepTheirValues) {
  const auto database = connected();
  const std::string awkward = "it's \"quoted\" \\ $1 ; DROP TABLE things -- ü";
  const std::string bytes("\0\x01\xff", 3);
  const std::vector<std::string> names{awkward, "plain", "NULL"};
  Batch batch;
  batch.add("INSERT INTO things VALUES ($1, $2, $3)", 1, awkward, Bytes{bytes});
  batch.add("INSERT INTO things VALUES ($1, $2, $3)", 2, "plain", std::optional<Bytes>{});
  batch.add("SELECT id, name, sealed, sealed IS NULL FROM things WHERE name = ANY ($1) ORDER BY id", names);

  const auto rows = run(database->run(std::move(batch), Repeatable::no));

  ASSERT_TRUE(rows) << rows.error().detail;
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ(rows->at(0).affected(), 1);
  const Rows& all = rows->at(2);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.text(0, 1), awkward);
  EXPECT_EQ(all.bytes(0, 2), bytes);
  EXPECT_EQ(all.maybe_text(1, 2), std::nullopt);
  EXPECT_TRUE(all.flag(1, 3));
  EXPECT_EQ(all.integer(1, 0), 2);
  EXPECT_THROW((void)all.integer(0, 1), std::logic_error);
}

TEST_F(PostgresDatabase, TextIsNeverCutAtAZeroByte) {
  const auto database = connected();
  for (const std::string& text : {std::string("a\0b", 3), std::string("\xff\xfe")}) {
    Batch batch;
    batch.add("SELECT id FROM things WHERE name = $1", text);
    const auto rows = run(database->run(std::move(batch), Repeatable::yes));
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().kind, ErrorKind::invalid);
  }
}

TEST_F(PostgresDatabase, AnErrorUndoesItsWholeBatch) {
  const auto database = connected();
  Batch batch;
  batch.add("INSERT INTO things VALUES (1, 'first')");
  batch.add("INSERT INTO things VALUES (1, 'again')");
  batch.add("INSERT INTO things VALUES (2, 'never')");

  const auto rows = run(database->run(std::move(batch), Repeatable::no));

  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().reason, "postgres_unique_violation");
  EXPECT_NE(rows.error().detail.find("things_pkey"), std::string::npos);
  EXPECT_EQ(number(*database, kCount), 0);
  EXPECT_EQ(database->pool().open_count(), 1U) << "the connection is still good";
}

TEST_F(PostgresDatabase, ATransactionLeavesEverythingOrNothing) {
  const auto database = connected();
  const auto good = [](Transaction& transaction) { return insert(transaction, 1); };
  const auto changes_its_mind = [](Transaction& transaction) -> Awaitable<Result<void>> {
    const auto inserted = co_await insert(transaction, 2);
    if (!inserted) co_return inserted;
    co_return refuse(ErrorKind::conflict, "changed_my_mind");
  };
  const auto ignores_an_error = [](Transaction& transaction) -> Awaitable<Result<void>> {
    (void)co_await insert(transaction, 3);
    (void)co_await insert(transaction, 1);
    co_return Result<void>{};
  };

  EXPECT_TRUE(run(database->transaction(good)));
  EXPECT_EQ(run(database->transaction(changes_its_mind)).error().reason, "changed_my_mind");
  EXPECT_EQ(run(database->transaction(ignores_an_error)).error().reason, "postgres_transaction_failed");

  EXPECT_EQ(number(*database, kCount), 1);
  EXPECT_EQ(database->pool().open_count(), 1U);
}

TEST_F(PostgresDatabase, TheIsolationIsOursWhateverTheDatabaseSays) {
  server_->run("ALTER DATABASE " + database_name_ + " SET default_transaction_isolation = 'serializable'");
  const auto database = connected();

  const auto shown = run_sql(*database, "SHOW transaction_isolation");

  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->front().view(0, 0), "read committed");
}

TEST_F(PostgresDatabase, AStatementIsPreparedOncePerConnection) {
  const auto database = connected();
  constexpr std::string_view kPrepared =
      "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT count(*) FROM things%'";

  for (int i = 0; i < 3; ++i) EXPECT_EQ(number(*database, kCount), 0);

  EXPECT_EQ(number(*database, kPrepared), 1);
}

TEST_F(PostgresDatabase, AStatementThatABatchRepeatsIsPreparedOnce) {
  const auto database = connected();
  Batch batch;
  for (int id = 0; id < 20; ++id) batch.add("INSERT INTO things VALUES ($1, 'one of many')", id);

  ASSERT_TRUE(run(database->run(std::move(batch), Repeatable::no)));

  EXPECT_EQ(
      number(*database, "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%one of many%'"),
      2)
      << "it and this question";
}

TEST_F(PostgresDatabase, BeyondTheLimitStatementsRunUnprepared) {
  Options few = options();
  few.statements_max = 1;
  const auto database = connected(few);

  for (int i = 0; i < 3; ++i) EXPECT_EQ(number(*database, kCount), 0);

  EXPECT_EQ(number(*database, "SELECT count(*) FROM pg_prepared_statements"), 1);
}

TEST_F(PostgresDatabase, ALargeBatchGoesOutWhileItsAnswersComeIn) {
  const auto database = connected();
  const std::string text(100'000, 'x');
  Batch batch;
  for (int i = 0; i < 100; ++i) batch.add("SELECT $1::text || $2::text", text, text);

  const auto rows = run(database->run(std::move(batch), Repeatable::yes));

  ASSERT_TRUE(rows) << rows.error().detail;
  EXPECT_EQ(rows->back().view(0, 0).size(), 200'000U);
}

TEST_F(PostgresDatabase, ALockIsWaitedForOnlyUntilTheDeadline) {
  const auto database = connected();
  ASSERT_TRUE(run_sql(*database, "INSERT INTO things VALUES (1, 'wanted')", Repeatable::no));
  const auto lock = [](Transaction& transaction) -> Awaitable<Result<void>> {
    Batch batch;
    batch.add("SELECT 1 FROM things WHERE id = 1 FOR UPDATE");
    const auto rows = co_await transaction.run(std::move(batch));
    if (!rows) co_return fail(rows);
    co_return Result<void>{};
  };
  const auto meet = [&database, &lock](Transaction& transaction) -> Awaitable<Result<void>> {
    const auto locked = co_await lock(transaction);
    if (!locked) co_return locked;
    co_return co_await database->transaction(lock, Deadline::after(1s));  // a connection is opened for it
  };

  const auto met = run(database->transaction(meet));

  ASSERT_FALSE(met);
  EXPECT_EQ(met.error().reason, "postgres_timeout");
  EXPECT_EQ(met.error().kind, ErrorKind::timeout);
  EXPECT_TRUE(met.error().safe_to_retry) << "nothing was committed";
  EXPECT_EQ(number(*database, "SELECT count(*) FROM pg_locks WHERE relation = 'things'::regclass"), 0);
}

TEST_F(PostgresDatabase, TwoThatWaitForEachOtherBothSucceed) {
  const auto database = connected();
  ASSERT_TRUE(run_sql(*database, "INSERT INTO things VALUES (1, ''), (2, '')", Repeatable::no));
  runtime::TaskGroup tasks(io_.get_executor());
  int locked = 0;
  int done = 0;
  int attempts = 0;
  const auto rename = [&](std::int64_t first, std::int64_t second) -> Awaitable<> {
    const auto work = [&, first, second](Transaction& transaction) -> Awaitable<Result<void>> {
      ++attempts;
      for (const std::int64_t id : {first, second}) {
        Batch batch;
        batch.add("UPDATE things SET name = name || 'x' WHERE id = $1", id);
        const auto rows = co_await transaction.run(std::move(batch));
        if (!rows) co_return fail(rows);
        ++locked;
        while (locked < 2) (void)co_await runtime::sleep_for(1ms);  // until each holds one
      }
      co_return Result<void>{};
    };
    const auto renamed = co_await database->transaction(work);
    if (renamed) ++done;
  };

  tasks.spawn("there", rename(1, 2));
  tasks.spawn("back", rename(2, 1));
  EXPECT_TRUE(run(tasks.join(Deadline::after(10s))));

  EXPECT_EQ(done, 2);
  EXPECT_GE(attempts, 3) << "one of them again";
  EXPECT_EQ(number(*database, "SELECT count(*) FROM things WHERE name = 'xx'"), 2);
}

TEST_F(PostgresDatabase, RunningAgainHasAnEnd) {
  Options impatient = options();
  impatient.again = {.attempts_max = 3, .base = 1ms, .cap = 2ms};
  const auto database = connected(impatient);
  int attempts = 0;
  const auto never = [&attempts](Transaction& transaction) -> Awaitable<Result<void>> {
    ++attempts;
    const auto inserted = co_await insert(transaction, attempts);
    if (!inserted) co_return inserted;
    co_return std::unexpected(run_again("always"));
  };

  const auto result = run(database->transaction(never));

  EXPECT_EQ(result.error().reason, "postgres_serialization_failure");
  EXPECT_TRUE(result.error().safe_to_retry);
  EXPECT_GE(attempts, 3);
  EXPECT_EQ(number(*database, kCount), 0);
}

TEST_F(PostgresDatabase, ACommitWithoutAnAnswerIsNeverRepeated) {
  const auto database = connected();
  // The server dies, for this connection, in the middle of COMMIT.
  server_->run(
      "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER deadly AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION die()",
      database_name_);
  int attempts = 0;
  const auto work = [&attempts](Transaction& transaction) {
    ++attempts;
    return insert(transaction, 1);
  };

  const auto committed = run(database->transaction(work));
  const auto alone = run_sql(*database, "INSERT INTO things VALUES (2, '')", Repeatable::no);

  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().reason, "postgres_commit_unknown");
  EXPECT_FALSE(committed.error().safe_to_retry);
  EXPECT_EQ(attempts, 1);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().reason, "postgres_commit_unknown");
  EXPECT_EQ(number(*database, kCount), 0) << "and the next one finds a new connection";
}

TEST_F(PostgresDatabase, AConnectionLostBeforeCommitIsReplaced) {
  const auto database = connected();
  int attempts = 0;
  const auto work = [&attempts](Transaction& transaction) -> Awaitable<Result<void>> {
    if (++attempts == 1) {
      Batch batch;
      batch.add("SELECT pg_terminate_backend(pg_backend_pid())");
      const auto rows = co_await transaction.run(std::move(batch));
      if (!rows) co_return fail(rows);
    }
    co_return co_await insert(transaction, attempts);
  };

  EXPECT_TRUE(run(database->transaction(work)));

  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(number(*database, kCount), 1);
}

TEST_F(PostgresDatabase, ThePoolHasAnEnd) {
  Options small = options();
  small.connections_max = 2;
  small.waiting_max = 1;
  const auto database = connected(small);
  runtime::TaskGroup tasks(io_.get_executor());
  std::map<std::string, std::string> ends;
  const auto use = [&](std::string_view who, Deadline deadline) -> Awaitable<> {
    Batch batch;
    batch.add("SELECT pg_sleep(1)");
    const auto slept = co_await database->run(std::move(batch), Repeatable::yes, deadline);
    ends.emplace(who, slept ? "done" : slept.error().reason);
  };

  tasks.spawn("first", use("first", Deadline::after(10s)));
  tasks.spawn("second", use("second", Deadline::after(10s)));
  tasks.spawn("waits", use("waits", Deadline::after(100ms)));
  tasks.spawn("is-refused", use("is refused", Deadline::after(10s)));
  EXPECT_TRUE(run(tasks.join(Deadline::after(20s))));

  EXPECT_EQ(ends, (std::map<std::string, std::string>{{"first", "done"},
                                                      {"second", "done"},
                                                      {"waits", "postgres_pool_timeout"},
                                                      {"is refused", "postgres_pool_full"}}));
  EXPECT_EQ(database->pool().open_count(), 2U);
  EXPECT_EQ(database->pool().idle_count(), 2U);
}

TEST_F(PostgresDatabase, StoppingInTheMiddleClosesTheConnection) {
  const auto database = connected();
  EXPECT_EQ(number(*database, "SELECT 1"), 1);  // once connected, the next is sent at once
  runtime::TaskGroup tasks(io_.get_executor());
  std::optional<Error> ended;
  const auto use = [&]() -> Awaitable<> {
    Batch batch;
    batch.add("SELECT pg_sleep(10)");
    const auto slept = co_await database->run(std::move(batch), Repeatable::yes);
    ended = slept.error();
  };
  tasks.spawn("sleeps", use());
  for (int i = 0; i < 20; ++i) io_.run_one_for(10ms);

  EXPECT_TRUE(run(tasks.stop(Deadline::after(5s))));

  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->kind, ErrorKind::cancelled);
  EXPECT_EQ(database->pool().open_count(), 0U);
  EXPECT_TRUE(run(database->stop(Deadline::after(5s))));
}

}  // namespace
}  // namespace gatehouse::storage::postgres
