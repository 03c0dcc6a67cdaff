// For tests: every kind of store under one face, each empty and by itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cache/memory_cache.hpp"
#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "services/auth/adapters/cached_people.hpp"
#include "services/auth/adapters/memory_stores.hpp"
#include "services/auth/adapters/mongo_people.hpp"
#include "services/auth/adapters/mongo_roles_attempts.hpp"
#include "services/auth/adapters/mongo_schema.hpp"
#include "services/auth/adapters/sqlite_people.hpp"
#include "services/auth/adapters/sqlite_roles_attempts.hpp"
#include "services/auth/adapters/sqlite_schema.hpp"
#include "storage/mongo/test_server.hpp"
#include "storage/sqlite/subject_key_file.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

class TestStores {
 public:
  virtual ~TestStores() = default;
  virtual PersonStore& people() = 0;
  virtual RoleStore& roles() = 0;
  virtual AttemptStore& attempts() = 0;
};

class MemoryTestStores final : public TestStores {
 public:
  PersonStore& people() override { return people_; }
  RoleStore& roles() override { return roles_; }
  AttemptStore& attempts() override { return attempts_; }

 private:
  MemoryPeople people_;
  MemoryRoles roles_;
  MemoryAttempts attempts_;
};

// A directory that goes with the object.
class ScratchDirectory {
 public:
  ScratchDirectory()
      : path_(std::filesystem::temp_directory_path() / ("gatehouse-auth-" + core::random_token(9))) {
    std::filesystem::create_directories(path_);
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline crypto::Envelope fresh_envelope() {
  auto ring = crypto::KeyRing::from_json(crypto::KeyRing::fresh_json());
  return crypto::Envelope(std::make_shared<const crypto::KeyRing>(std::move(ring.value())));
}
inline CacheSealer fresh_cache_sealer() {
  return CacheSealer(fresh_envelope());
}
// Keys of people beside the store, as the role has them.
inline crypto::SubjectKeys fresh_subject_keys(const std::filesystem::path& directory) {
  auto file = storage::sqlite::SubjectKeyFile::open((directory / "subject_keys.db").string());
  return {fresh_envelope(), std::move(file.value())};
}
inline PersonSealer fresh_sealer(const std::filesystem::path& directory) {
  return {fresh_subject_keys(directory), crypto::BlindIndex(Secret{core::random_bytes(32)})};
}

class SqliteTestStores final : public TestStores {
 public:
  SqliteTestStores() { prepare_store(database_.database(), sealer_.keys()).value(); }
  PersonStore& people() override { return people_; }
  RoleStore& roles() override { return roles_; }
  AttemptStore& attempts() override { return attempts_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  [[nodiscard]] storage::sqlite::AsyncDatabase& database() { return database_; }
  [[nodiscard]] const PersonSealer& sealer() const { return sealer_; }

 private:
  ScratchDirectory directory_;
  PersonSealer sealer_ = fresh_sealer(directory_.path());
  BlockingPool pool_{"test-store"};
  storage::sqlite::AsyncDatabase database_{
      storage::sqlite::Database::open((directory_.path() / "store.db").string()).value(), pool_};
  SqlitePeople people_{database_, sealer_};
  SqliteRoles roles_{database_};
  SqliteAttempts attempts_{database_};
};

// SQLite behind the cache, as the role has it.
class CachedTestStores final : public TestStores {
 public:
  PersonStore& people() override { return people_; }
  RoleStore& roles() override { return stores_.roles(); }
  AttemptStore& attempts() override { return stores_.attempts(); }

 private:
  SqliteTestStores stores_;
  boost::asio::io_context elsewhere_;  // other workers, who would hear of changes
  core::SystemClock clock_;
  Metrics metrics_;
  cache::MemoryCache memory_{clock_};
  cache::InvalidationHub hub_;
  cache::LocalInvalidation invalidation_{hub_, elsewhere_.get_executor()};
  cache::ReadThrough read_through_{"person", memory_, invalidation_, clock_, metrics_};
  CachedPeople people_{stores_.people(), read_through_, fresh_cache_sealer()};
};

// A database of its own on the one server of this process, over TLS. Its warnings, that it is no real
// MongoDB, are known.
class MongoTestStores final : public TestStores {
 public:
  static storage::mongo::TestServer& server() {
    log::configure({.level = log::Level::error});
    static storage::mongo::TestServer server;
    return server;
  }
  PersonStore& people() override { return people_; }
  RoleStore& roles() override { return roles_; }
  AttemptStore& attempts() override { return attempts_; }
  [[nodiscard]] storage::mongo::Client& client() { return *client_; }

 private:
  std::unique_ptr<storage::mongo::Client> client_ =
      storage::mongo::Client::open(server().options("t" + core::random_token(9)), prepare_mongo).value();
  ScratchDirectory directory_;
  MongoPeople people_{*client_, fresh_sealer(directory_.path())};
  MongoRoles roles_{*client_};
  MongoAttempts attempts_{*client_};
};

struct TestStoresCase {
  std::string name;
  std::function<std::unique_ptr<TestStores>()> make;
};

inline std::vector<TestStoresCase> test_stores_cases() {
  return {{"memory", [] { return std::make_unique<MemoryTestStores>(); }},
          {"sqlite", [] { return std::make_unique<SqliteTestStores>(); }},
          {"sqlite_behind_cache", [] { return std::make_unique<CachedTestStores>(); }},
          {"mongodb", []() -> std::unique_ptr<TestStores> {
             if (!storage::mongo::TestServer::is_installed()) return nullptr;
             return std::make_unique<MongoTestStores>();
           }}};
}

}  // namespace gatehouse::auth
