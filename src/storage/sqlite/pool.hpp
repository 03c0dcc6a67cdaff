// The connections of one process to one file: one writer, some readers, opened when first needed.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/sqlite/session.hpp"

namespace gatehouse::storage::sqlite {

class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(std::string path, Options options) : path_(std::move(path)), options_(options) {}

  [[nodiscard]] Result<Connection> take(Access);
  void give_back(std::unique_ptr<Session>);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Side {
    std::vector<std::unique_ptr<Session>> idle;
    std::size_t open = 0;  // idle and on loan
  };
  Side& side(Access access) { return access == Access::write ? writers_ : readers_; }
  [[nodiscard]] std::size_t open_max(Access access) const {
    return access == Access::write ? 1 : options_.readers;
  }

  const std::string path_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  Side writers_;
  Side readers_;
};

}  // namespace gatehouse::storage::sqlite
