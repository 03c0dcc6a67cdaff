// What only the DynamoDB store must do, on a real server.
#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "services/payments/adapters/dynamodb_fixture.hpp"
#include "services/payments/adapters/payment_item.hpp"

namespace gatehouse::payments {
namespace {

TEST(DynamodbPaymentStore, HoldsNothingInClearThatIsSealed) {
  boost::asio::io_context io{1};
  const auto store = testing::fresh_dynamodb_store(io);
  if (!store) GTEST_SKIP() << storage::dynamodb::TestServer::missing();
  ASSERT_TRUE(runtime::run_to_end(io, store->dynamodb.create(contract::new_payment("pay_1"))));

  const auto item =
      runtime::run_to_end(io, store->table.get({{"id", "pay_1"}}, Deadline::after(std::chrono::seconds{5})));

  ASSERT_TRUE(item && *item);
  const std::string text = json::serialize(storage::dynamodb::to_json(**item));
  EXPECT_NE(text.find("ord_1"), std::string::npos) << "the scan must be able to find something";
  for (const std::string secret : {"pm_card_visa", "red socks"}) {
    EXPECT_EQ(text.find(secret), std::string::npos);
    EXPECT_EQ(text.find(core::to_base64(secret).substr(0, 8)), std::string::npos);
  }
}

StoredAnswer answer_with(const std::string& reason) {
  const json::object body{{"id", "re_000000000000000000000000000000"}, {"reason", reason}};
  return {201,
          {{"content-type", "application/json"}, {"location", "/payments/pay_1/refunds/re_1"}},
          json::serialize(body) + std::string(300, ' ')};
}

Result<void> begin_refund(Payment& payment, int number, const std::string& reason) {
  const std::string id = "re_" + std::to_string(number);
  const RequestMark request{.scope = std::string(64, 's') + id, .fingerprint = std::string(64, 'f')};
  auto begun = payment.begin_refund(id, 1, reason, request, {"payments-1#a", contract::kNow}, contract::kNow);
  if (!begun) return fail(begun);
  return {};
}

Result<void> finish_refund(Payment& payment, const std::string& reason) {
  const std::string key = payment.state().attempts.back().provider_key;
  const Done done{"rf_1", {1, payment.state().amount.currency}};
  auto concluded = payment.conclude(key, done, contract::kNow);
  payment.store_answer(key, [&reason](const Payment&, const Attempt&) { return answer_with(reason); });
  return concluded;
}

// How many refunds with that reason a payment takes until one is refused; all that begin are also finished.
// Those that leave plenty of room are made here, the last ones in the store.
int refunds_taken(testing::DynamodbStore& store, const std::string& reason) {
  Payment payment = contract::new_payment("pay_1");
  EXPECT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", payment.state().amount}, contract::kNow));
  int taken = 0;
  for (std::size_t size = 0; size < 370 * 1024 && taken < 95; ++taken) {
    EXPECT_TRUE(begin_refund(payment, taken, reason));
    EXPECT_TRUE(finish_refund(payment, reason));
    size = storage::dynamodb::size_of(payment_item::item_of(payment, store.envelope, "w").value());
  }
  EXPECT_TRUE(runtime::run_to_end(store.io, store.dynamodb.create(payment)));
  for (; taken < 100; ++taken) {
    PaymentStore::Change begin = [&](Payment& p) { return begin_refund(p, taken, reason); };
    const auto begun = runtime::run_to_end(store.io, store.dynamodb.update(payment, begin));
    if (!begun) {
      EXPECT_EQ(begun.error().reason, "payment_too_large");
      break;
    }
    PaymentStore::Change finish = [&](Payment& p) { return finish_refund(p, reason); };
    const auto finished = runtime::run_to_end(store.io, store.dynamodb.update(*begun, finish));
    EXPECT_TRUE(finished) << taken << " " << finished.error().reason;
    if (!finished) break;
    payment = *finished;
  }
  return taken;
}

TEST(DynamodbPaymentStore, TakesAsManyRefundsAsTheDomainAllows) {
  boost::asio::io_context io{1};
  const auto store = testing::fresh_dynamodb_store(io);
  if (!store) GTEST_SKIP() << storage::dynamodb::TestServer::missing();
  EXPECT_EQ(refunds_taken(*store, std::string(255, 'r')), 100);
}

TEST(DynamodbPaymentStore, BeginsNoRefundThatItCouldNotWriteDown) {
  boost::asio::io_context io{1};
  const auto store = testing::fresh_dynamodb_store(io);
  if (!store) GTEST_SKIP() << storage::dynamodb::TestServer::missing();
  const int taken = refunds_taken(*store, std::string(255, '\x01'));
  EXPECT_GT(taken, 50);
  EXPECT_LT(taken, 100);
}

}  // namespace
}  // namespace gatehouse::payments
