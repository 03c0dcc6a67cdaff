#include "storage/sqlite/sqlite.hpp"

#include <atomic>
#include <fstream>
#include <latch>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "storage/sqlite/test_file.hpp"

namespace gatehouse::storage::sqlite {
namespace {

std::int64_t integer(const Row& row) {
  return row.integer(0);
}
std::string text(const Row& row) {
  return row.text(0);
}

std::int64_t number(Database& database, std::string_view sql) {
  auto connection = database.reader();
  return connection->one(sql, integer).value().value();
}

void execute(Database& database, std::string_view sql) {
  auto connection = database.writer();
  const auto done = connection->execute(sql);
  ASSERT_TRUE(done) << done.error().detail;
}

class SqliteTest : public testing::Test {
 protected:
  void SetUp() override {
    execute(database_,
            "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT UNIQUE, note BLOB, born INTEGER, "
            "size REAL CHECK (size >= 0)) STRICT");
  }
  TestFile file_;
  Database database_ = file_.open();
};

TEST_F(SqliteTest, AFileIsReadableByItsOwnerOnlyAndDurable) {
  struct stat status{};
  ASSERT_EQ(stat(file_.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  auto writer = database_.writer();
  auto reader = database_.reader();
  for (Connection* connection : {&*writer, &*reader}) {
    EXPECT_EQ(connection->one("PRAGMA journal_mode", text).value(), "wal");
    EXPECT_EQ(connection->one("PRAGMA synchronous", integer).value(), 2);  // FULL
    EXPECT_EQ(connection->one("PRAGMA foreign_keys", integer).value(), 1);
    EXPECT_EQ(connection->one("PRAGMA trusted_schema", integer).value(), 0);
  }
}

TEST_F(SqliteTest, ValuesOfEveryTypeRoundTrip) {
  auto connection = database_.writer();
  const core::SystemTime born{std::chrono::microseconds{1'700'000'000'123'456}};
  const std::string bytes("\0\xFF'\0", 4);
  ASSERT_TRUE(
      connection->run("INSERT INTO people VALUES (?, ?, ?, ?, ?)", 1, "Ada", Blob{bytes}, born, 1.75));
  ASSERT_TRUE(connection->run("INSERT INTO people VALUES (?, ?, ?, ?, ?)", 2, std::string_view{}, nullptr,
                              std::optional<std::int64_t>{}, std::optional<double>{0.5}));
  const auto first = [&](const Row& row) {
    EXPECT_EQ(row.text(1), "Ada");
    EXPECT_EQ(row.text(2), bytes);
    EXPECT_EQ(row.time(3), born);
    EXPECT_EQ(row.real(4), 1.75);
    return true;
  };
  EXPECT_TRUE(connection->one("SELECT * FROM people WHERE id = 1", first).value());
  const auto second = [&](const Row& row) {
    EXPECT_FALSE(row.is_null(1));  // an empty text is no NULL
    EXPECT_EQ(row.maybe_text(1), "");
    EXPECT_EQ(row.maybe_text(2), std::nullopt);
    EXPECT_EQ(row.maybe_time(3), std::nullopt);
    return true;
  };
  EXPECT_TRUE(connection->one("SELECT * FROM people WHERE id = 2", second).value());
  EXPECT_EQ(connection->all("SELECT id FROM people ORDER BY id", integer).value(),
            (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(connection->one("SELECT id FROM people WHERE id = ?", integer, 3).value(), std::nullopt);
  EXPECT_EQ(connection->run("DELETE FROM people").value(), 2);
}

TEST_F(SqliteTest, AReaderThatFailsIsPassedOn) {
  auto connection = database_.writer();
  const auto refusing = [](const Row&) -> Result<int> { return fail(ErrorKind::internal, "unreadable_row"); };
  EXPECT_EQ(connection->one("SELECT 1", refusing).error().reason, "unreadable_row");
  EXPECT_EQ(connection->all("SELECT 1", refusing).error().reason, "unreadable_row");
}

TEST_F(SqliteTest, WrongStatementsAreErrorsAndNotSurprises) {
  auto connection = database_.writer();
  for (const char* sql : {"SELEC 1", "SELECT 1; DELETE FROM people", "", "SELECT \"no_such_column\""}) {
    EXPECT_EQ(connection->run(sql).error().reason, "database_error") << sql;
  }
  EXPECT_EQ(connection->run("SELECT ?, ?", 1).error().reason, "database_error");
  EXPECT_EQ(connection->run("SELECT ?", 1, 2).error().reason, "database_error");
  EXPECT_TRUE(connection->run("SELECT ?;  ", 1));
}

TEST_F(SqliteTest, ConstraintsAreNamed) {
  auto connection = database_.writer();
  ASSERT_TRUE(connection->run("INSERT INTO people (id, name) VALUES (1, 'Ada')"));
  const auto reason = [&](const char* sql) { return connection->run(sql).error().reason; };
  EXPECT_EQ(reason("INSERT INTO people (name) VALUES ('Ada')"), "unique_violation");
  EXPECT_EQ(reason("INSERT INTO people (id) VALUES (1)"), "unique_violation");
  EXPECT_EQ(reason("INSERT INTO people (size) VALUES (-1)"), "check_violation");
  EXPECT_EQ(reason("INSERT INTO people (born) VALUES ('today')"), "constraint_violation");
  ASSERT_TRUE(connection->run("CREATE TABLE pets (owner INTEGER REFERENCES people) STRICT"));
  EXPECT_EQ(reason("INSERT INTO pets VALUES (99)"), "foreign_key_violation");
}

TEST_F(SqliteTest, OneStatementCanRunInsideItself) {
  auto connection = database_.writer();
  const std::string_view sql = "SELECT value FROM json_each('[1,2,3]')";
  auto outer = connection->prepare(sql);
  std::int64_t sum = 0;
  while (outer->step().value()) {
    auto inner = connection->prepare(sql);
    while (inner->step().value()) sum += outer->row().integer(0) * inner->row().integer(0);
  }
  EXPECT_EQ(sum, 36);
}

TEST_F(SqliteTest, TheStatementCacheIsBounded) {
  Database small = file_.open({.statements_per_connection = 4});
  auto connection = small.writer();
  auto held = connection->prepare("SELECT 42");
  ASSERT_TRUE(held->step().value());
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(connection->one("SELECT " + std::to_string(i), integer).value(), i);
  }
  EXPECT_EQ(held->row().integer(0), 42);
}

TEST_F(SqliteTest, ATransactionCommitsIfAndOnlyIfItReturnsAValue) {
  auto connection = database_.writer();
  const auto insert = [&](const char* name) {
    return connection->run("INSERT INTO people (name) VALUES (?)", name);
  };
  EXPECT_TRUE(transaction(*connection, [&] { return insert("kept"); }));
  const auto failing = [&]() -> Result<int> {
    EXPECT_TRUE(insert("gone"));
    return refuse(ErrorKind::conflict, "changed_my_mind");
  };
  EXPECT_EQ(transaction(*connection, failing).error().reason, "changed_my_mind");
  const auto throwing = [&]() -> Result<int> {
    EXPECT_TRUE(insert("gone too"));
    throw std::runtime_error("a bug");
  };
  EXPECT_THROW(static_cast<void>(transaction(*connection, throwing)), std::runtime_error);
  EXPECT_FALSE(connection->in_transaction());
  EXPECT_EQ(connection->all("SELECT name FROM people", text).value(), std::vector<std::string>{"kept"});
}

TEST_F(SqliteTest, ATransactionInsideATransactionFailsAlone) {
  auto connection = database_.writer();
  const auto insert = [&](const char* name) {
    return connection->run("INSERT INTO people (name) VALUES (?)", name);
  };
  const auto outer = [&]() -> Result<void> {
    EXPECT_TRUE(insert("outer"));
    const auto inner = transaction(*connection, [&]() -> Result<void> {
      EXPECT_TRUE(insert("inner"));
      return refuse(ErrorKind::conflict, "inner_failed");
    });
    EXPECT_FALSE(inner);
    EXPECT_TRUE(transaction(*connection, [&] { return insert("second inner"); }));
    return {};
  };
  EXPECT_TRUE(transaction(*connection, outer));
  EXPECT_EQ(connection->all("SELECT name FROM people ORDER BY id", text).value(),
            (std::vector<std::string>{"outer", "second inner"}));
}

TEST_F(SqliteTest, AConnectionThatComesBackInATransactionIsRolledBack) {
  {
    auto connection = database_.writer();
    ASSERT_TRUE(connection->run("BEGIN IMMEDIATE"));
    ASSERT_TRUE(connection->run("INSERT INTO people (name) VALUES ('lost')"));
  }
  EXPECT_EQ(number(database_, "SELECT count(*) FROM people"), 0);
  auto connection = database_.writer();
  EXPECT_FALSE(connection->in_transaction());
}

TEST_F(SqliteTest, ASnapshotSeesOneStateWhileOthersWrite) {
  auto reader = database_.reader();
  const auto seen = snapshot(*reader, [&]() -> Result<std::int64_t> {
    const auto before = reader->one("SELECT count(*) FROM people", integer).value().value();
    execute(database_, "INSERT INTO people (name) VALUES ('new')");
    return reader->one("SELECT count(*) FROM people", integer).value().value() - before;
  });
  EXPECT_EQ(seen.value(), 0);
  EXPECT_EQ(number(database_, "SELECT count(*) FROM people"), 1);
}

TEST_F(SqliteTest, AReadersConnectionCannotWrite) {
  auto reader = database_.reader();
  const auto written = reader->run("INSERT INTO people (name) VALUES ('x')");
  EXPECT_EQ(written.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(written.error().reason, "database_read_only");
}

TEST_F(SqliteTest, AnExhaustedPoolIsAnErrorAndNotAHang) {
  Database small = file_.open({.readers = 1, .checkout_timeout = std::chrono::milliseconds{20}});
  auto held = small.reader();
  const auto second = small.reader();
  EXPECT_EQ(second.error().reason, "connection_pool_exhausted");
  EXPECT_TRUE(second.error().safe_to_retry);
}

TEST_F(SqliteTest, AWaitingThreadGetsTheConnectionThatComesBack) {
  Database small = file_.open({.readers = 1});
  auto held = std::make_unique<Result<Connection>>(small.reader());
  std::latch started(1);
  std::jthread waiting([&] {
    started.count_down();
    EXPECT_TRUE(small.reader());
  });
  started.wait();
  held.reset();
}

TEST_F(SqliteTest, AWriteLockHeldElsewhereIsBusyAndSafeToRetry) {
  Database other = file_.open({.busy_timeout = std::chrono::milliseconds{30}});
  auto holding = database_.writer();
  ASSERT_TRUE(holding->run("BEGIN IMMEDIATE"));
  auto waiting = other.writer();
  const auto outcome = transaction(*waiting, [&] { return waiting->run("DELETE FROM people"); });
  EXPECT_EQ(outcome.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(outcome.error().reason, "database_busy");
  EXPECT_TRUE(outcome.error().safe_to_retry);
}

TEST_F(SqliteTest, OfManyThatInsertOneKeyExactlyOneWins) {
  constexpr int kRounds = 20;
  constexpr int kThreads = 4;
  std::atomic<int> won{0};
  std::atomic<int> lost{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        Database own = file_.open();  // as another process would
        auto connection = own.writer();
        for (int i = 0; i < kRounds; ++i) {
          const auto outcome = transaction(*connection, [&] {
            return connection->run("INSERT INTO people (name) VALUES (?)", "key-" + std::to_string(i));
          });
          if (outcome) ++won;
          if (!outcome && outcome.error().reason == "unique_violation") ++lost;
        }
      });
    }
  }
  EXPECT_EQ(won, kRounds);
  EXPECT_EQ(lost, kRounds * (kThreads - 1));
}

TEST_F(SqliteTest, TwoProcessesLoseNoUpdate) {
  execute(database_, "CREATE TABLE counter (n INTEGER) STRICT; INSERT INTO counter VALUES (0)");
  const auto count_up = [&] {
    Database own = file_.open();
    auto connection = own.writer();
    for (int i = 0; i < 100; ++i) {
      const auto step = transaction(*connection, [&]() -> Result<void> {
        const auto n = connection->one("SELECT n FROM counter", integer).value().value();
        if (auto set = connection->run("UPDATE counter SET n = ?", n + 1); !set) return fail(set);
        return {};
      });
      if (!step) return 1;
    }
    return 0;
  };
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(count_up());
  EXPECT_EQ(count_up(), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(number(database_, "SELECT n FROM counter"), 200);
}

TEST_F(SqliteTest, AFullDiskIsSaidAndLeavesTheDatabaseUsable) {
  Database small = file_.open({.page_count_max = 40});
  auto connection = small.writer();
  const std::string page(4000, 'x');
  Result<std::int64_t> outcome = 0;
  int written = 0;
  while (outcome && written < 1000) {
    outcome = transaction(
        *connection, [&] { return connection->run("INSERT INTO people (note) VALUES (?)", Blob{page}); });
    if (outcome) ++written;
  }
  EXPECT_EQ(outcome.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(outcome.error().reason, "disk_full");
  EXPECT_EQ(connection->one("SELECT count(*) FROM people", integer).value(), written);
  EXPECT_TRUE(connection->run("DELETE FROM people"));
  EXPECT_TRUE(connection->run("INSERT INTO people (note) VALUES (?)", Blob{page}));
}

TEST(SqliteFile, WhatIsNoDatabaseIsCorrupt) {
  const TestFile file;
  std::ofstream(file.path()) << std::string(5000, 'x');
  const auto opened = Database::open(file.path());
  EXPECT_EQ(opened.error().kind, ErrorKind::internal);
  EXPECT_EQ(opened.error().reason, "database_corrupt");
}

TEST(SqliteFile, ADamagedPageIsCorruptAndNotWrongData) {
  const TestFile file;
  {
    Database database = file.open();
    execute(database,
            "CREATE TABLE t (n INTEGER, filler TEXT) STRICT;"
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 200) "
            "INSERT INTO t SELECT i, hex(zeroblob(500)) FROM n");
  }
  {
    std::fstream damaged(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(4096 * 3);
    damaged << std::string(4096 * 8, '\xAA');
  }
  Database database = file.open();
  auto connection = database.reader();
  EXPECT_EQ(connection->all("SELECT n FROM t", integer).error().reason, "database_corrupt");
}

TEST(SqliteFile, AMissingDirectoryCannotBeOpened) {
  EXPECT_EQ(Database::open("/nonexistent/directory/x.db").error().reason, "database_cannot_open");
}

constexpr Migration kFirst[] = {{1, "CREATE TABLE a (x INTEGER) STRICT"}};
constexpr Migration kBoth[] = {{1, "CREATE TABLE a (x INTEGER) STRICT"},
                               {2, "CREATE TABLE b (y INTEGER) STRICT; INSERT INTO b VALUES (7)"}};

TEST(SqliteMigrations, RunOnceEachAndForwardOnly) {
  const TestFile file;
  Database database = file.open();
  ASSERT_TRUE(migrate(database, kFirst));
  ASSERT_TRUE(migrate(database, kBoth));
  ASSERT_TRUE(migrate(database, kBoth));
  EXPECT_EQ(number(database, "SELECT count(*) FROM b"), 1);
  EXPECT_EQ(number(database, "PRAGMA user_version"), 2);
  const auto older = migrate(database, kFirst);
  EXPECT_EQ(older.error().reason, "schema_too_new");
}

TEST(SqliteMigrations, AFailingStepLeavesTheOneBefore) {
  const TestFile file;
  Database database = file.open();
  constexpr Migration kBroken[] = {kBoth[0],
                                   {2, "CREATE TABLE b (y INTEGER) STRICT; CREATE TABLE a (x INTEGER)"}};
  EXPECT_FALSE(migrate(database, kBroken));
  EXPECT_EQ(number(database, "PRAGMA user_version"), 1);
  EXPECT_EQ(number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
  EXPECT_TRUE(migrate(database, kBoth));
}

TEST(SqliteMigrations, AGapIsABug) {
  const TestFile file;
  Database database = file.open();
  constexpr Migration kGap[] = {{1, "SELECT 1"}, {3, "SELECT 1"}};
  EXPECT_EQ(migrate(database, kGap).error().reason, "migrations_out_of_order");
}

TEST(SqliteMigrations, ProcessesThatStartTogetherWaitForOneAnother) {
  const TestFile file;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        auto database = Database::open(file.path());
        ASSERT_TRUE(database) << database.error().detail;
        const auto migrated = migrate(*database, kBoth);
        EXPECT_TRUE(migrated) << migrated.error().detail;
      });
    }
  }
  Database database = file.open();
  EXPECT_EQ(number(database, "SELECT count(*) FROM b"), 1);
}

}  // namespace
}  // namespace gatehouse::storage::sqlite
