// For tests: the engines of the configuration, and gateways as processes that share one. PostgreSQL is
// started when first asked for, and each test has a database of its own.
#pragma once

#include <memory>
#include <string>

#include "gateway/admin/test_bench.hpp"
#include "gateway/store/postgres_entity_rows.hpp"
#include "runtime/worker_thread.hpp"
#include "storage/postgres/listener.hpp"
#include "storage/postgres/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway::store {

class Engine {
 public:
  virtual ~Engine() = default;
  // The rows as one more process has them.
  [[nodiscard]] virtual std::unique_ptr<EntityRows> rows() = 0;
};

class SqliteEngine final : public Engine {
 public:
  std::unique_ptr<EntityRows> rows() override { return SqliteEntityRows::open(file_.open()).value(); }

 private:
  storage::sqlite::TestFile file_;
};

// The client of one process, on a worker of its own.
class PostgresProcess final : public EntityRows {
 public:
  explicit PostgresProcess(const storage::postgres::Options& options)
      : database_(thread_.worker().executor(), options, configuration_schema(), metrics_),
        listener_(thread_.worker().executor(), options, std::string(kConfigurationChannel),
                  [this] { heard_.fetch_add(1); }),
        calls_(thread_.worker().executor(), std::chrono::seconds{30}) {
    thread_.start();
    (void)calls_.run(start());
  }
  ~PostgresProcess() override { (void)calls_.run(stop()); }

  Result<std::optional<StoredEntities>> read(std::int64_t known) override { return rows_.read(known); }
  Result<Written> write(const RowChange& change) override { return rows_.write(change); }

  bool becomes_ready() { return calls_.run(wait_until_ready()).has_value(); }
  [[nodiscard]] int heard() const { return heard_.load(); }

 private:
  Awaitable<Result<void>> start() {
    database_.start();
    listener_.start();
    co_return Result<void>{};
  }
  Awaitable<Result<void>> wait_until_ready() {
    co_return co_await database_.wait_until_ready(Deadline::after(std::chrono::seconds{20}));
  }
  Awaitable<Result<void>> stop() {
    const auto deadline = Deadline::after(std::chrono::seconds{10});
    (void)co_await listener_.stop(deadline);
    (void)co_await database_.stop(deadline);
    co_return Result<void>{};
  }

  runtime::WorkerThread thread_{"rows"};
  telemetry::Metrics metrics_;
  std::atomic<int> heard_{0};
  storage::postgres::Database database_;
  storage::postgres::Listener listener_;
  runtime::CallsFromThreads calls_;
  PostgresEntityRows rows_{database_, calls_};
};

class PostgresEngine final : public Engine {
 public:
  [[nodiscard]] static bool is_installed() { return storage::postgres::TestServer::is_installed(); }

  PostgresEngine() { server().run("CREATE DATABASE " + name_); }
  ~PostgresEngine() override { server().run("DROP DATABASE " + name_ + " WITH (FORCE)"); }

  std::unique_ptr<EntityRows> rows() override {
    auto made = process();
    if (!made->becomes_ready()) throw std::runtime_error("PostgreSQL does not become ready");
    return made;
  }
  // Started, perhaps not connected.
  [[nodiscard]] std::unique_ptr<PostgresProcess> process() const {
    return std::make_unique<PostgresProcess>(server().options(name_));
  }
  static storage::postgres::TestServer& server() {
    static storage::postgres::TestServer started;
    return started;
  }

 private:
  static std::string next_name() {
    static int count = 0;
    return "d" + std::to_string(++count);
  }
  const std::string name_ = next_name();
};

// A gateway: its store, and what is in force.
struct TestGateway {
  TestGateway(std::unique_ptr<EntityRows> rows, const EntityTypes& types, const crypto::KeyRing& ring)
      : store(std::move(rows), types, crypto::Envelope(std::make_shared<const crypto::KeyRing>(ring))) {
    (void)store.attach(listener);
  }
  Store store;
  admin::PickyListener listener;
};

}  // namespace gatehouse::gateway::store
