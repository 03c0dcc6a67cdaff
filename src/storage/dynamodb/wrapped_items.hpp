// The wrapped data keys of one DynamoDB table, for rotation. There is no index of key versions: the table is
// scanned, page after page with a pause between, so that it takes a small, steady part of the table's
// throughput. A scan is paid by the size of the items that it reads: count as rarely as can be.
#pragma once

#include <chrono>
#include <string>

#include "storage/dynamodb/table.hpp"
#include "storage/key_rotation.hpp"

namespace gatehouse::storage::dynamodb {

struct ScanPace {
  std::size_t page_items = 100;
  std::chrono::milliseconds pause{50};  // between pages
  std::chrono::milliseconds call_timeout{5'000};
};

class WrappedItems final : public WrappedRows {
 public:
  // `key` and `wrapped` are attributes: the table's whole primary key, a text, and the bytes of
  // crypto::Envelope. `table` must outlive it. Errors: those of Table.
  WrappedItems(Table& table, std::string key, std::string wrapped, ScanPace pace = {})
      : table_(table), key_(std::move(key)), wrapped_(std::move(wrapped)), pace_(pace) {}

  // What is no wrapped key counts as version 0.
  [[nodiscard]] Awaitable<Result<RowsPerVersion>> count() override;
  [[nodiscard]] Awaitable<Result<std::vector<WrappedRow>>> below(std::uint32_t version, std::string after,
                                                                 std::size_t limit) override;
  // Each item under the condition that it still has the known key, whatever else of it changes meanwhile.
  [[nodiscard]] Awaitable<Result<std::size_t>> replace(std::vector<Rewrapped> rows) override;

 private:
  // The page after that item, and the place to go on from, empty at the end.
  struct Page {
    std::vector<WrappedRow> rows;
    std::string next;
  };
  [[nodiscard]] Awaitable<Result<Page>> read(std::string after);

  Table& table_;
  std::string key_;
  std::string wrapped_;
  ScanPace pace_;
};

}  // namespace gatehouse::storage::dynamodb
