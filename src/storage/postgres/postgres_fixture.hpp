// For tests: one PostgreSQL for all tests of the executable, a database of its own for each.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::postgres {

inline constexpr Migration kThings[] = {
    {1, "CREATE TABLE things (id bigint PRIMARY KEY, name text NOT NULL, sealed bytea)"}};

// A database that is stopped before it goes.
class Running {
 public:
  Running(boost::asio::io_context& io, Options options, Schema schema, telemetry::Metrics& metrics)
      : io_(&io),
        database_(std::make_unique<Database>(io.get_executor(), std::move(options), schema, metrics)) {
    database_->start();
  }
  Running(Running&&) = default;
  ~Running() {
    if (database_) runtime::run_to_end(*io_, database_->stop(Deadline::after(std::chrono::seconds{10})));
  }
  Database& operator*() const { return *database_; }
  Database* operator->() const { return database_.get(); }

 private:
  boost::asio::io_context* io_;
  std::unique_ptr<Database> database_;
};

class PostgresTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!server_ && TestServer::is_installed()) server_ = std::make_unique<TestServer>();
  }

  void SetUp() override {
    if (!server_) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    telemetry::log::configure({.level = telemetry::log::Level::off});
    database_name_ = "d" + std::to_string(++databases_);
    server_->run("CREATE DATABASE " + database_name_);
  }

  void TearDown() override {
    if (server_) server_->run("DROP DATABASE " + database_name_ + " WITH (FORCE)");
  }

  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  [[nodiscard]] Options options() const { return server_->options(database_name_); }
  // Started, perhaps not connected.
  Running started(Options options, Schema schema = {"things", kThings}) {
    return {io_, std::move(options), schema, metrics_};
  }
  Running connected(Options options, Schema schema = {"things", kThings}) {
    auto database = started(std::move(options), schema);
    become_ready(*database);
    return database;
  }
  Running connected() { return connected(options()); }
  void become_ready(Database& database) {
    const auto ready = run(database.wait_until_ready(Deadline::after(std::chrono::seconds{20})));
    EXPECT_TRUE(ready) << ready.error().reason << ' ' << ready.error().detail;
  }
  // Runs the loop until `condition` holds.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto give_up = Deadline::after(std::chrono::seconds{20});
    while (!condition() && !give_up.is_over()) io_.run_one_for(std::chrono::milliseconds{50});
    return condition();
  }
  bool fails_with(const Database& database, std::string_view reason) {
    return run_until([&] { return !database.readiness() && database.readiness().error().reason == reason; });
  }

  Result<std::vector<Rows>> run_sql(Database& database, std::string_view sql,
                                    Repeatable repeatable = Repeatable::yes) {
    Batch batch;
    batch.add(sql);
    return run(database.run(std::move(batch), repeatable));
  }
  std::int64_t number(Database& database, std::string_view sql) {
    const auto rows = run_sql(database, sql);
    EXPECT_TRUE(rows) << rows.error().reason << ' ' << rows.error().detail;
    return rows ? rows->front().integer(0, 0) : -1;
  }

  static inline std::unique_ptr<TestServer> server_;
  static inline int databases_ = 0;
  std::string database_name_;
  telemetry::Metrics metrics_;
  boost::asio::io_context io_{1};
};

}  // namespace gatehouse::storage::postgres
