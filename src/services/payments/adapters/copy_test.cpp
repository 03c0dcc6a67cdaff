// Payments between SQLite and DynamoDB: every record reads the same from both.
#include <gtest/gtest.h>

#include "data_copy/synchronise.hpp"
#include "services/payments/adapters/dynamodb_copy.hpp"
#include "services/payments/adapters/dynamodb_fixture.hpp"
#include "services/payments/adapters/sqlite_copy.hpp"
#include "services/payments/adapters/sqlite_payment_store.hpp"
#include "storage/sqlite/test_file.hpp"

namespace gatehouse::payments {
namespace {

using contract::kNow;
using contract::new_payment;
using data_copy::Collection;
using data_copy::Effect;
using data_copy::Tally;
using std::chrono::seconds;

constexpr std::size_t kPayments = 57;

storage::sqlite::Database prepared(const storage::sqlite::TestFile& file) {
  auto database = file.open();
  EXPECT_TRUE(prepare_payment_schema(database));
  return database;
}

// SQLite with keys of its own.
struct Embedded {
  storage::sqlite::TestFile file;
  BlockingPool pool{"payments-copy-test"};
  storage::sqlite::AsyncDatabase database{prepared(file), pool};
  crypto::Envelope envelope = testing::DynamodbStore::fresh_envelope();
  SqlitePaymentStore store{database, envelope};
  std::unique_ptr<Collection> payments = collection_of(database, envelope);
};

class PaymentsCopy : public ::testing::Test {
 protected:
  void SetUp() override {
    remote_ = testing::fresh_dynamodb_store(io_);
    if (!remote_) GTEST_SKIP() << "its server is not here: run tools/peers";
    on_dynamodb_ = std::make_unique<DynamodbPayments>(remote_->table, remote_->envelope);
  }
  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }

  // Payments in several states; several were opened at the same moment.
  static Payment payment(std::size_t number) {
    const auto at = kNow + seconds{number / 3};
    const std::string id = fmt::format("pay_{:03}", number);
    Payment payment = new_payment(id, fmt::format("service:{}", number % 2), "ord_" + id, at);
    if (number % 3 == 0) return payment;
    EXPECT_TRUE(payment.conclude(id + "-charge-1", Done{"ch_" + id, payment.state().amount}, at));
    payment.store_answer(id + "-charge-1", [](const Payment&, const Attempt&) {
      return StoredAnswer{201, {{"etag", "\"1\""}}, R"({"text":"ü"})"};
    });
    if (number % 3 == 2) {
      const auto refunded =
          payment.begin_refund("re_" + id, 700, "a hole", {"scope-2", "print-2"}, {"payments-1#a", at}, at);
      EXPECT_TRUE(refunded);
    }
    return payment;
  }
  void fill(PaymentStore& store) {
    for (std::size_t i = 0; i < kPayments; ++i) ASSERT_TRUE(run(store.create(payment(i))));
  }
  Tally between(Collection& from, Collection& to, Effect effect) {
    const auto tally = run(data_copy::synchronise(from, to, {.effect = effect, .page = 10}));
    EXPECT_TRUE(tally) << tally.error().reason << ' ' << tally.error().detail;
    return tally.value_or(Tally{});
  }
  Tally compared(Collection& from, Collection& to) { return between(from, to, Effect::compare_only); }

  boost::asio::io_context io_{1};
  std::unique_ptr<testing::DynamodbStore> remote_;
  std::unique_ptr<Collection> on_dynamodb_;
  Embedded embedded_;
};

TEST_F(PaymentsCopy, ThereAndBackUnderOtherKeysEveryPaymentIsTheSame) {
  fill(embedded_.store);
  const Tally there = between(*embedded_.payments, *on_dynamodb_, Effect::apply);
  EXPECT_EQ(there.records, kPayments);
  EXPECT_TRUE(compared(*embedded_.payments, *on_dynamodb_).is_equal());

  Embedded other;
  const Tally back = between(*on_dynamodb_, *other.payments, Effect::apply);
  EXPECT_EQ(back.digest, there.digest);
  EXPECT_TRUE(compared(*on_dynamodb_, *other.payments).is_equal());
  EXPECT_TRUE(compared(*embedded_.payments, *other.payments).is_equal());
  for (const char* id : {"pay_000", "pay_001", "pay_002"}) {
    const auto payment = run(embedded_.store.get(id, {})).value();
    EXPECT_EQ(run(remote_->dynamodb.get(id, {}))->state().description.reveal(),
              payment.state().description.reveal());
    EXPECT_EQ(run(other.store.get(id, {}))->next_check_at(), payment.next_check_at());
  }
}

TEST_F(PaymentsCopy, WhatIsDamagedMissingOrTooMuchIsFoundAndMended) {
  fill(embedded_.store);
  between(*embedded_.payments, *on_dynamodb_, Effect::apply);
  remote_->forget("pay_013");
  ASSERT_TRUE(run(remote_->dynamodb.create(new_payment("pay_else", "service:0", "ord", kNow))));
  json::object damage{{"TableName", remote_->table.name()},
                      {"Key", {{"id", {{"S", "pay_020"}}}}},
                      {"UpdateExpression", "SET description = payment_method"}};
  const auto deadline = Deadline::after(seconds{10});
  ASSERT_TRUE(run(remote_->client.call("UpdateItem", std::move(damage), deadline)));
  const Tally seen = compared(*embedded_.payments, *on_dynamodb_);
  EXPECT_EQ(seen.removed, 1U);
  EXPECT_EQ(seen.written, 2U);
  const Tally mended = between(*embedded_.payments, *on_dynamodb_, Effect::apply);
  EXPECT_EQ(mended.removed, 1U);
  EXPECT_TRUE(compared(*embedded_.payments, *on_dynamodb_).is_equal());
  EXPECT_EQ(run(remote_->dynamodb.get("pay_else", {})).error().reason, "payment_not_found");
}

}  // namespace
}  // namespace gatehouse::payments
