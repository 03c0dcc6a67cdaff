// Payments in DynamoDB as they are copied between engines: see sqlite_copy.hpp.
//
// Items are found through the index by_time, whose shards are merged: a scan has no order. That index follows
// the items by a moment: what was written just now may look missing, and is there when it is compared again.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "crypto/envelope.hpp"
#include "data_copy/collection.hpp"
#include "services/payments/adapters/payment_item.hpp"
#include "storage/dynamodb/table.hpp"

namespace gatehouse::payments {

class DynamodbPayments final : public data_copy::Collection {
 public:
  DynamodbPayments(storage::dynamodb::Table& table, crypto::Envelope envelope)
      : table_(table), envelope_(std::move(envelope)) {}

  [[nodiscard]] std::string_view name() const override { return "payments"; }
  [[nodiscard]] Awaitable<Result<std::vector<data_copy::Record>>> read(std::string after,
                                                                       std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<data_copy::Record> records) override;
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> keys) override;

 private:
  // Keys of one shard that are read already, and where it goes on.
  struct Shard {
    std::deque<std::string> ahead;
    std::string after;
    bool is_at_end = false;
  };
  void begin_after(const std::string& key);
  [[nodiscard]] Awaitable<Result<void>> fill(std::size_t shard);
  [[nodiscard]] Awaitable<Result<std::vector<std::string>>> next_keys(std::size_t limit);

  storage::dynamodb::Table& table_;
  crypto::Envelope envelope_;
  std::array<Shard, payment_item::kShards> shards_;
  std::string after_;  // the key that was given last: a read that goes on there finds its keys ahead
};

}  // namespace gatehouse::payments
