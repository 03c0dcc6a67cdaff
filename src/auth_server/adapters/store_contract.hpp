// For tests: the contract that every adapter of the stores keeps, and the adapters that are held to it:
// SQLite and PostgreSQL, each as two instances of the auth server see it.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "auth_server/adapters/postgres_device_store.hpp"
#include "auth_server/adapters/postgres_grant_store.hpp"
#include "auth_server/adapters/postgres_key_store.hpp"
#include "auth_server/adapters/postgres_schema.hpp"
#include "auth_server/adapters/postgres_session_store.hpp"
#include "auth_server/adapters/sqlite_device_store.hpp"
#include "auth_server/adapters/sqlite_grant_store.hpp"
#include "auth_server/adapters/sqlite_key_store.hpp"
#include "auth_server/adapters/sqlite_schema.hpp"
#include "auth_server/adapters/sqlite_session_store.hpp"
#include "core/ids.hpp"
#include "runtime/remote_loop.hpp"
#include "storage/postgres/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {

using runtime::kThreads;
using runtime::together;
using std::chrono::seconds;

inline const core::SystemTime kNow{seconds{1'800'000'000}};
// RFC 7636 appendix B.
inline constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

// What one auth server sees.
class Instance {
 public:
  virtual ~Instance() = default;
  virtual SessionStore& sessions() = 0;
  virtual GrantStore& grants() = 0;
  virtual DeviceStore& devices() = 0;
  virtual KeyStore& keys() = 0;
};

class SqliteInstance final : public Instance {
 public:
  explicit SqliteInstance(const std::filesystem::path& file)
      : database_(open_auth_server_database(file).value(), pool_) {}
  SessionStore& sessions() override { return sessions_; }
  GrantStore& grants() override { return grants_; }
  DeviceStore& devices() override { return devices_; }
  KeyStore& keys() override { return keys_; }

 private:
  runtime::BlockingPool pool_{"auth-server-test"};
  storage::sqlite::AsyncDatabase database_;
  SqliteSessionStore sessions_{database_};
  SqliteGrantStore grants_{database_};
  SqliteDeviceStore devices_{database_};
  SqliteKeyStore keys_{database_};
};

class PostgresInstance final : public Instance {
 public:
  PostgresInstance(runtime::RemoteLoop& loop, storage::postgres::Options options)
      : loop_(loop), database_(loop.executor(), std::move(options), auth_server_schema(), metrics_) {
    loop_.run(started());
  }
  ~PostgresInstance() override { loop_.run(database_.stop(Deadline::after(seconds{10}))); }
  SessionStore& sessions() override { return sessions_; }
  GrantStore& grants() override { return grants_; }
  DeviceStore& devices() override { return devices_; }
  KeyStore& keys() override { return keys_; }

 private:
  Awaitable<bool> started() {
    database_.start();
    const auto ready = co_await database_.wait_until_ready(Deadline::after(seconds{30}));
    if (!ready) throw std::runtime_error(ready.error().detail);
    co_return true;
  }

  runtime::RemoteLoop& loop_;
  telemetry::Metrics metrics_;
  storage::postgres::Database database_;
  PostgresSessionStore sessions_{database_};
  PostgresGrantStore grants_{database_};
  PostgresDeviceStore devices_{database_};
  PostgresKeyStore keys_{database_};
};

// Where the instances of one test keep their data.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::unique_ptr<Instance> start(runtime::RemoteLoop& loop) = 0;
  [[nodiscard]] virtual std::filesystem::path files() const = 0;
};

class OnSqliteFile final : public Engine {
 public:
  OnSqliteFile() { std::filesystem::create_directories(folder_); }
  ~OnSqliteFile() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Instance> start(runtime::RemoteLoop&) override {
    return std::make_unique<SqliteInstance>(folder_ / "auth-server.db");
  }
  [[nodiscard]] std::filesystem::path files() const override { return folder_; }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("auth-server-" + core::random_token(8));
};

// One server for all tests of the executable, a database for each.
class OnPostgresServer final : public Engine {
 public:
  OnPostgresServer() { server().run("CREATE DATABASE " + database_); }
  ~OnPostgresServer() override { server().run("DROP DATABASE " + database_ + " WITH (FORCE)"); }
  std::unique_ptr<Instance> start(runtime::RemoteLoop& loop) override {
    auto options = server().options(database_);
    options.operation_timeout = seconds{60};  // twenty wait for one row, perhaps on a slow machine
    options.connect_timeout = seconds{20};
    return std::make_unique<PostgresInstance>(loop, std::move(options));
  }
  [[nodiscard]] std::filesystem::path files() const override {
    server().run("CHECKPOINT");
    return server().directory() / "data";
  }

  static storage::postgres::TestServer& server() {
    static storage::postgres::TestServer started;
    return started;
  }

 private:
  static inline int databases_ = 0;
  std::string database_ = "d" + std::to_string(++databases_);
};

struct Adapter {
  std::string_view name;
  std::unique_ptr<Engine> (*make)();
};

inline constexpr Adapter kAdapters[] = {
    {"sqlite", []() -> std::unique_ptr<Engine> { return std::make_unique<OnSqliteFile>(); }},
    {"postgres", []() -> std::unique_ptr<Engine> { return std::make_unique<OnPostgresServer>(); }}};

inline std::string name_of_adapter(const testing::TestParamInfo<Adapter>& info) {
  return std::string(info.param.name);
}

class StoreContract : public testing::TestWithParam<Adapter> {
 protected:
  void SetUp() override {
    if (GetParam().name == "postgres" && !storage::postgres::TestServer::is_installed())
      GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    telemetry::log::configure({.level = telemetry::log::Level::off});
    engine_ = GetParam().make();
    restart();
  }
  void TearDown() override { instances_.clear(); }

  // All that the instances knew in memory is lost.
  void restart() {
    instances_.clear();
    for (int i = 0; i < 2; ++i) instances_.push_back(engine_->start(loop_));
  }
  // Even and odd turns are at different instances.
  Instance& at(std::size_t turn) { return *instances_[turn % 2]; }
  template <class T>
  T run(Awaitable<T> task) {
    return loop_.run(std::move(task));
  }

  static Session session_as(std::string id) {
    return {.id = std::move(id),
            .realm = "test",
            .person_id = "alice",
            .authenticated_at = kNow,
            .created_at = kNow,
            .last_seen_at = kNow,
            .ended_at = {}};
  }
  void open(const std::string& id, std::size_t turn = 0) {
    ASSERT_TRUE(run(at(turn).sessions().open(session_as(id), "cookie-" + id)));
  }
  Session session(const std::string& id, std::size_t turn = 0) {
    return run(at(turn).sessions().find("test", id)).value().value();
  }

  void put_code(const std::string& code, const std::string& session_id, std::size_t turn = 0) {
    AuthorizationCode record;
    record.realm = "test";
    record.client_id = "shop";
    record.redirect_uri = "https://app.example.com/callback";
    record.code_challenge = kChallenge;
    record.session_id = session_id;
    record.person_id = "alice";
    record.scope = "openid";
    record.nonce = "nonce \"1\" \u00e9";
    record.authenticated_at = kNow;
    record.expires_at = kNow + seconds{60};
    ASSERT_TRUE(run(at(turn).grants().put_code(code, std::move(record))));
  }
  static Redemption proof() { return {"shop", "https://app.example.com/callback", std::string(kVerifier)}; }
  Result<RedeemOutcome> redeem(const std::string& code, std::size_t turn = 0) {
    return run(at(turn).grants().redeem_code("test", code, proof(), Lifetimes(), kNow));
  }
  // A family of a session, generation 1.
  std::string family_of(const std::string& session_id, std::size_t turn = 0) {
    const std::string code = core::random_token(32);
    put_code(code, session_id, turn);
    return redeem(code, turn).value().family.value().id;
  }
  RefreshFamily family(const std::string& id, std::size_t turn = 0) {
    return run(at(turn).grants().find_family("test", id)).value().value();
  }
  RotateOutcome rotate(const std::string& family_id, std::uint32_t generation, std::size_t turn = 0,
                       const Lifetimes& lifetimes = {}, core::SystemTime now = kNow) {
    const auto outcome = run(at(turn).grants().rotate("test", family_id, generation, lifetimes, now));
    EXPECT_TRUE(outcome) << outcome.error().reason << ' ' << outcome.error().detail;
    return outcome.value_or(RotateOutcome());
  }

  runtime::RemoteLoop loop_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::unique_ptr<Instance>> instances_;
};

}  // namespace gatehouse::auth_server
