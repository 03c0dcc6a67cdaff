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
#include "services/auth/adapters/sqlite_people.hpp"
#include "services/auth/adapters/sqlite_roles_attempts.hpp"
#include "services/auth/adapters/sqlite_schema.hpp"

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
inline PersonSealer fresh_sealer() {
  return {fresh_envelope(), crypto::BlindIndex(Secret{core::random_bytes(32)})};
}

class SqliteTestStores final : public TestStores {
 public:
  SqliteTestStores() { storage::sqlite::migrate(database_.database(), kSchema).value(); }
  PersonStore& people() override { return people_; }
  RoleStore& roles() override { return roles_; }
  AttemptStore& attempts() override { return attempts_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  [[nodiscard]] storage::sqlite::AsyncDatabase& database() { return database_; }

 private:
  ScratchDirectory directory_;
  BlockingPool pool_{"test-store"};
  storage::sqlite::AsyncDatabase database_{
      storage::sqlite::Database::open((directory_.path() / "store.db").string()).value(), pool_};
  SqlitePeople people_{database_, fresh_sealer()};
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

struct TestStoresCase {
  std::string name;
  std::function<std::unique_ptr<TestStores>()> make;
};

inline std::vector<TestStoresCase> test_stores_cases() {
  return {{"memory", [] { return std::make_unique<MemoryTestStores>(); }},
          {"sqlite", [] { return std::make_unique<SqliteTestStores>(); }},
          {"sqlite_behind_cache", [] { return std::make_unique<CachedTestStores>(); }}};
}

}  // namespace gatehouse::auth
