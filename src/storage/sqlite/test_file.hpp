// For tests: a database file in a directory of its own, removed at the end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::storage::sqlite {

class TestFile {
 public:
  TestFile() {
    char name[] = "/tmp/gatehouse-sqlite-XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
  }
  ~TestFile() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;

  [[nodiscard]] std::string path() const { return directory_ + "/test.db"; }
  // A pool of its own over the same file: what another process has.
  [[nodiscard]] Database open(Options options = {}) const { return Database::open(path(), options).value(); }

 private:
  std::string directory_;
};

}  // namespace gatehouse::storage::sqlite
