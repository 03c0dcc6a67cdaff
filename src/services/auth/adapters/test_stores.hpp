// For tests: every kind of store under one face, each empty and by itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
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

inline PersonSealer fresh_sealer() {
  auto ring = std::make_shared<const crypto::KeyRing>(
      crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value());
  return {crypto::Envelope(std::move(ring)), crypto::BlindIndex(Secret{core::random_bytes(32)})};
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

struct TestStoresCase {
  std::string name;
  std::function<std::unique_ptr<TestStores>()> make;
};

inline std::vector<TestStoresCase> test_stores_cases() {
  return {{"memory", [] { return std::make_unique<MemoryTestStores>(); }},
          {"sqlite", [] { return std::make_unique<SqliteTestStores>(); }}};
}

}  // namespace gatehouse::auth
