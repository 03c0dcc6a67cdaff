// Wrapped keys in memory, for tests: keeps every promise of the port except to last.
#pragma once

#include <map>

#include "storage/key_rotation.hpp"

namespace gatehouse::storage {

class MemoryWrappedRows final : public WrappedRows {
 public:
  void put(std::string id, std::string wrapped) { rows_[std::move(id)] = std::move(wrapped); }
  [[nodiscard]] const std::map<std::string, std::string>& rows() const { return rows_; }

  [[nodiscard]] Awaitable<Result<RowsPerVersion>> count() override {
    RowsPerVersion counted;
    for (const auto& [id, wrapped] : rows_) ++counted[version_of(wrapped)];
    co_return counted;
  }
  [[nodiscard]] Awaitable<Result<std::vector<WrappedRow>>> below(std::uint32_t version, std::string after,
                                                                 std::size_t limit) override {
    std::vector<WrappedRow> found;
    for (auto row = rows_.upper_bound(after); row != rows_.end() && found.size() < limit; ++row) {
      if (version_of(row->second) < version) found.push_back({row->first, row->second});
    }
    co_return found;
  }
  [[nodiscard]] Awaitable<Result<std::size_t>> replace(std::vector<Rewrapped> rows) override {
    std::size_t replaced = 0;
    for (Rewrapped& row : rows) {
      const auto found = rows_.find(row.id);
      if (found == rows_.end() || found->second != row.known) continue;
      found->second = std::move(row.fresh);
      ++replaced;
    }
    co_return replaced;
  }

 private:
  // What cannot be read counts as version 0: it is seen, and never re-wrapped.
  static std::uint32_t version_of(std::string_view wrapped) {
    return crypto::Envelope::version_of(wrapped).value_or(0);
  }

  std::map<std::string, std::string> rows_;
};

}  // namespace gatehouse::storage
