// For tests: every adapter of WrappedRows under one face, each on an engine of its own kind, the servers'
// over TLS, empty and by itself.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "storage/dynamodb/options.hpp"
#include "storage/dynamodb/table_shape.hpp"
#include "storage/dynamodb/test_server.hpp"
#include "storage/dynamodb/wrapped_items.hpp"
#include "storage/memory_wrapped_rows.hpp"
#include "storage/mongo/test_server.hpp"
#include "storage/mongo/wrapped_rows.hpp"
#include "storage/postgres/test_server.hpp"
#include "storage/postgres/wrapped_rows.hpp"
#include "storage/sqlite/test_file.hpp"
#include "storage/sqlite/wrapped_rows.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage {

class RowsUnderTest {
 public:
  virtual ~RowsUnderTest() = default;
  virtual WrappedRows& port() = 0;
  virtual void put(const std::string& id, const std::string& wrapped) = 0;
  virtual std::string at(const std::string& id) = 0;

  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }

 protected:
  boost::asio::io_context io_{1};
};

class RowsInMemory final : public RowsUnderTest {
 public:
  WrappedRows& port() override { return rows_; }
  void put(const std::string& id, const std::string& wrapped) override { rows_.put(id, wrapped); }
  std::string at(const std::string& id) override { return rows_.rows().at(id); }

 private:
  MemoryWrappedRows rows_;
};

class RowsInSqlite final : public RowsUnderTest {
 public:
  static constexpr const char* kSchema =
      "CREATE TABLE t (id TEXT PRIMARY KEY, data_key BLOB, note TEXT) STRICT";

  RowsInSqlite() { database_.database().writer()->execute(kSchema).value(); }
  WrappedRows& port() override { return rows_; }
  void put(const std::string& id, const std::string& wrapped) override {
    auto connection = database_.database().writer();
    connection->run("INSERT OR REPLACE INTO t (id, data_key) VALUES (?, ?)", id, sqlite::Blob{wrapped})
        .value();
  }
  std::string at(const std::string& id) override {
    const auto read = [](const sqlite::Row& row) { return row.text(0); };
    return **database_.database().reader()->one("SELECT data_key FROM t WHERE id = ?", read, id);
  }

 private:
  sqlite::TestFile file_;
  BlockingPool pool_{"test"};
  sqlite::AsyncDatabase database_{file_.open(), pool_};
  sqlite::SqliteWrappedRows rows_{database_, {"t", "id", "data_key"}};
};

class RowsInPostgres final : public RowsUnderTest {
 public:
  RowsInPostgres() {
    telemetry::log::configure({.level = telemetry::log::Level::off});
    server().run("DROP TABLE IF EXISTS t, schema_versions");
    database_.start();
    get(database_.wait_until_ready(Deadline::after(std::chrono::seconds{20}))).value();
  }
  ~RowsInPostgres() override { get(database_.stop(Deadline::after(std::chrono::seconds{10}))); }
  WrappedRows& port() override { return rows_; }
  void put(const std::string& id, const std::string& wrapped) override {
    postgres::Batch batch;
    batch.add("INSERT INTO t VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data_key = $2", id,
              postgres::Bytes{wrapped});
    get(database_.run(std::move(batch), postgres::Repeatable::yes)).value();
  }
  std::string at(const std::string& id) override {
    postgres::Batch batch;
    batch.add("SELECT data_key FROM t WHERE id = $1", id);
    return get(database_.run(std::move(batch), postgres::Repeatable::yes)).value().front().bytes(0, 0);
  }

 private:
  static constexpr postgres::Migration kTable[] = {
      {1, R"(CREATE TABLE t (id text COLLATE "C" PRIMARY KEY, data_key bytea))"}};
  static postgres::TestServer& server() {
    static postgres::TestServer server;
    return server;
  }

  telemetry::Metrics metrics_;
  postgres::Database database_{io_.get_executor(), server().options(), {"t", kTable}, metrics_};
  // Pages smaller than what the tests ask for.
  postgres::PostgresWrappedRows rows_{database_, {"t", "id", "data_key"}, {.page_rows = 2, .pause = {}}};
};

class RowsInDynamodb final : public RowsUnderTest {
 public:
  RowsInDynamodb() {
    telemetry::log::configure({.level = telemetry::log::Level::off});
    const auto until = Deadline::after(std::chrono::seconds{20});
    get(dynamodb::prepare(table_, {.hash = {"id"}, .indexes = {}}, dynamodb::WhenMissing::create, until))
        .value();
  }
  WrappedRows& port() override { return rows_; }
  void put(const std::string& id, const std::string& wrapped) override {
    dynamodb::Item item{
        {"id", id}, {"data_key", dynamodb::Value::Bytes{wrapped}}, {"note", std::string(500, 'n')}};
    const dynamodb::Expression always{.text = "attribute_not_exists(#no)", .names = {{"#no", "never_there"}}};
    get(table_.put(std::move(item), always, soon())).value();
  }
  std::string at(const std::string& id) override {
    return *get(table_.get({{"id", id}}, soon())).value()->at("data_key").bytes();
  }

 private:
  static dynamodb::TestServer& server() {
    static dynamodb::TestServer server;
    return server;
  }
  static Deadline soon() { return Deadline::after(std::chrono::seconds{10}); }
  static dynamodb::ClientOptions client_options() {
    dynamodb::Options options;
    options.endpoint = dynamodb::Endpoint::parse(server().endpoint()).value();
    options.region = "eu-central-1";
    options.tls = {.certificate = server().certificates().client.certificate.string(),
                   .key = server().certificates().client.key.string(),
                   .ca = server().certificates().ca.string()};
    return options.client().value();
  }
  static std::unique_ptr<dynamodb::CredentialSource> credentials() {
    return std::make_unique<dynamodb::FixedCredentials>(
        dynamodb::Credentials{.access_key_id = "AKIDEXAMPLE",
                              .secret_access_key = Secret("secret"),
                              .session_token = {},
                              .expires_at = {}});
  }

  core::SystemClock clock_;
  telemetry::Metrics metrics_;
  http::Client http_{io_.get_executor(), {}};
  dynamodb::Client client_{http_, client_options(), credentials(), clock_, metrics_};
  dynamodb::Table table_{client_, "t-" + core::uuid_v4()};
  dynamodb::WrappedItems rows_{table_, "id", "data_key", {.page_items = 2, .pause = {}}};
};

class RowsInMongodb final : public RowsUnderTest {
 public:
  WrappedRows& port() override { return rows_; }
  void put(const std::string& id, const std::string& wrapped) override {
    auto work = [id, wrapped](mongo::Session& session) -> Result<void> {
      const auto document = mongo::document_of_key(id, wrapped);
      const auto replaced = session.replace(kCollection, {{"_id", id}}, document);
      if (!replaced) return fail(replaced);
      return *replaced ? Result<void>{} : session.insert(kCollection, document);
    };
    get(client_->run(std::move(work))).value();
  }
  std::string at(const std::string& id) override {
    auto work = [id](mongo::Session& session) { return session.find_one(kCollection, {{"_id", id}}); };
    const auto found = get(client_->run(std::move(work))).value();
    return mongo::Reading(*found).bytes("wrapped");
  }

 private:
  static constexpr const char* kCollection = "t";
  static mongo::TestServer& server() {
    telemetry::log::configure({.level = telemetry::log::Level::error});
    static mongo::TestServer server;
    return server;
  }
  static Result<void> prepare(mongo::Session& session) {
    return mongo::index_key_versions(session, kCollection);
  }

  std::unique_ptr<mongo::Client> client_ =
      mongo::Client::open(server().options("t" + core::random_token(9)), prepare).value();
  mongo::MongoWrappedRows rows_{*client_, kCollection};
};

struct RowsCase {
  std::string name;
  std::function<std::unique_ptr<RowsUnderTest>()> make;  // null: its engine is not installed
};

inline std::vector<RowsCase> rows_cases() {
  using Made = std::unique_ptr<RowsUnderTest>;
  return {{"memory", []() -> Made { return std::make_unique<RowsInMemory>(); }},
          {"sqlite", []() -> Made { return std::make_unique<RowsInSqlite>(); }},
          {"postgres",
           []() -> Made {
             if (!postgres::TestServer::is_installed()) return nullptr;
             return std::make_unique<RowsInPostgres>();
           }},
          {"dynamodb",
           []() -> Made {
             if (!dynamodb::TestServer::missing().empty()) return nullptr;
             return std::make_unique<RowsInDynamodb>();
           }},
          {"mongodb", []() -> Made {
             if (!mongo::TestServer::is_installed()) return nullptr;
             return std::make_unique<RowsInMongodb>();
           }}};
}

}  // namespace gatehouse::storage
