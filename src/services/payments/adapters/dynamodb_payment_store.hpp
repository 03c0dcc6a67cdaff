// Payments in DynamoDB: one item per payment, replaced under its version; sparse and sharded indexes for what
// is due and for lists. The design and its reasons: docs/decisions/0011-payments-in-dynamodb.md.
//
//   id               the key
//   version          the condition of every change
//   document         JSON, as in the other stores; data_key, payment_method, description: sealed (sealed_fields.hpp)
//   status, owner, reference
//   writes           the ids of the last writes: how a write without an answer is found out about
//   shard            "0" to "7", from the id: the hash key of `due` and `by_time`
//   next_check_at    unix microseconds, only while attention is needed: the range key of the sparse index `due`
//   created          "<unix microseconds, 20 digits>#<id>": the range key of the lists
//   owner_shard      "<shard>#<owner>": the hash key of `by_owner`, for one service owns nearly all
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "crypto/envelope.hpp"
#include "services/payments/ports/payment_store.hpp"
#include "storage/dynamodb/table.hpp"
#include "storage/dynamodb/table_shape.hpp"

namespace gatehouse::payments {

class DynamodbPaymentStore final : public PaymentStore {
 public:
  // A change that makes the payment too large to be finished is refused: unprocessable/`payment_too_large`.
  // `call_timeout`: of one operation with its retries. Until set_ready() all is `unavailable`/
  // `payment_store_not_ready`: a table of another shape must not be written to.
  DynamodbPaymentStore(storage::dynamodb::Table& table, crypto::Envelope envelope,
                       std::chrono::milliseconds call_timeout)
      : table_(table), envelope_(std::move(envelope)), call_timeout_(call_timeout) {}

  [[nodiscard]] static storage::dynamodb::TableShape shape();
  void set_ready() { is_ready_ = true; }

  [[nodiscard]] Awaitable<Result<Created>> create(Payment payment) override;
  [[nodiscard]] Awaitable<Result<Payment>> get(std::string id, Owner owner) override;
  [[nodiscard]] Awaitable<Result<Payment>> update(Payment payment, Change change) override;
  [[nodiscard]] Awaitable<Result<std::vector<Payment>>> due(core::SystemTime now, std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<PaymentPage>> list(ListQuery query) override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> count_unknown() override;

 private:
  using Item = storage::dynamodb::Item;
  using Query = storage::dynamodb::Query;

  // Whether a change begins something at the provider, or writes down what came of it.
  enum class Growth { begins_attempt, none };

  [[nodiscard]] Result<Deadline> begin() const;  // of one operation; or not ready
  // What is to change: as it was made here, or else as it is stored. The change's condition notices if it has
  // become another meanwhile.
  [[nodiscard]] Awaitable<Result<std::optional<Item>>> item_to_change(std::string id, std::int64_t version,
                                                                      Deadline deadline);
  // After a write that was refused or got no answer: the item, which is ours if it has the write id.
  [[nodiscard]] Awaitable<Result<std::optional<Item>>> read_back(const Error& write, std::string id);
  [[nodiscard]] Awaitable<Result<Payment>> replace(Item old, Payment changed, Growth growth,
                                                   Deadline deadline);
  // The payments behind the entries of an index, as they are now, in that order.
  [[nodiscard]] Awaitable<Result<std::vector<Payment>>> payments_of(std::vector<Item> entries,
                                                                    Deadline deadline);
  [[nodiscard]] Awaitable<Result<std::vector<Item>>> entries_of(std::vector<Query> queries,
                                                                Deadline deadline);

  storage::dynamodb::Table& table_;
  crypto::Envelope envelope_;
  std::chrono::milliseconds call_timeout_;
  bool is_ready_ = false;
  std::unordered_map<std::string, Item> made_here_;  // by id, until it is changed: at most kMadeHereMax
};

}  // namespace gatehouse::payments
