// Conditional writes whose answer is lost: written once, and the caller is told the truth.
#include <gtest/gtest.h>

#include "services/payments/adapters/dynamodb_fixture.hpp"
#include "storage/dynamodb/lossy_proxy.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::payments {
namespace {

using storage::dynamodb::LossyProxy;
using Loses = LossyProxy::Loses;
using std::chrono::milliseconds;

constexpr int kAlways = 1000;

struct DynamodbUnknownOutcome : ::testing::Test {
  void SetUp() override {
    log::configure("payments-test", "", log::Level::off);
    if (const auto missing = storage::dynamodb::TestServer::missing(); !missing.empty())
      GTEST_SKIP() << missing;
    direct = testing::fresh_dynamodb_store(io);
    auto options = testing::dynamodb_options(testing::DynamodbStore::server(), direct->table.name());
    proxy.emplace(io, options.client().value().endpoint);
    options.endpoint =
        storage::dynamodb::Endpoint::parse("http://127.0.0.1:" + std::to_string(proxy->port())).value();
    options.call_timeout = milliseconds{1'500};
    // The same keys: what one has sealed, the other opens.
    through = std::make_unique<testing::DynamodbStore>(io, options, direct->envelope);
    through->dynamodb.set_ready();
  }

  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io, std::move(task));
  }
  Result<Payment> conclude(DynamodbPaymentStore& store) {
    PaymentStore::Change change = [](Payment& p) {
      return p.conclude("pay_1-charge-1", Declined{"card_declined"}, contract::kNow);
    };
    return run(store.update(contract::new_payment("pay_1"), std::move(change)));
  }
  Payment stored() { return run(direct->dynamodb.get("pay_1", {})).value(); }

  boost::asio::io_context io{1};
  std::unique_ptr<testing::DynamodbStore> direct;
  std::optional<LossyProxy> proxy;
  std::unique_ptr<testing::DynamodbStore> through;
};

TEST_F(DynamodbUnknownOutcome, ACreateWhoseAnswerIsLostIsStillOurs) {
  for (const int times : {1, kAlways}) {
    const std::string id = "pay_" + std::to_string(times);
    proxy->lose(Loses::answer, "PutItem", times);
    const auto created = run(through->dynamodb.create(contract::new_payment(id)));
    ASSERT_TRUE(created) << created.error().detail;
    EXPECT_TRUE(created->is_new);
    EXPECT_GE(proxy->lost(), 1);
  }
}

TEST_F(DynamodbUnknownOutcome, ACreateThatNeverArrivedIsNotSaidToBeDone) {
  proxy->lose(Loses::request, "PutItem", kAlways);
  const auto created = run(through->dynamodb.create(contract::new_payment("pay_1")));
  ASSERT_FALSE(created);
  EXPECT_FALSE(created.error().safe_to_retry) << "it might still be on its way";
  EXPECT_EQ(run(direct->dynamodb.get("pay_1", {})).error().reason, "payment_not_found");
  proxy->lose(Loses::nothing, "", 0);
  EXPECT_TRUE(run(through->dynamodb.create(contract::new_payment("pay_1")))->is_new);
}

TEST_F(DynamodbUnknownOutcome, AChangeWhoseAnswerIsLostIsMadeOnce) {
  ASSERT_TRUE(run(direct->dynamodb.create(contract::new_payment("pay_1"))));
  proxy->lose(Loses::answer, "UpdateItem", 1);
  const auto changed = conclude(through->dynamodb);
  ASSERT_TRUE(changed) << changed.error().reason;
  EXPECT_EQ(changed->state().version, 2);
  EXPECT_EQ(stored().state().version, 2);
  EXPECT_EQ(stored().state().status, Status::declined);
}

TEST_F(DynamodbUnknownOutcome, AServerThatDiesAfterTheWriteHasWrittenOnce) {
  ASSERT_TRUE(run(direct->dynamodb.create(contract::new_payment("pay_1"))));
  proxy->lose(Loses::answer, "UpdateItem", 1, [] { testing::DynamodbStore::server().restart(); });
  const auto changed = conclude(through->dynamodb);
  ASSERT_TRUE(changed) << changed.error().reason << " " << changed.error().detail;
  EXPECT_EQ(changed->state().version, 2);
  EXPECT_EQ(stored().state().version, 2);
}

TEST_F(DynamodbUnknownOutcome, OursIsKnownAgainUnderAnothersChange) {
  ASSERT_TRUE(run(direct->dynamodb.create(contract::new_payment("pay_1"))));
  proxy->lose(Loses::answer, "UpdateItem", 1, [this] {
    boost::asio::io_context elsewhere{1};
    const auto options = testing::dynamodb_options(testing::DynamodbStore::server(), direct->table.name());
    testing::DynamodbStore other(elsewhere, options, direct->envelope);
    other.dynamodb.set_ready();
    const auto other_sees = runtime::run_to_end(elsewhere, other.dynamodb.get("pay_1", {}));
    PaymentStore::Change publish = [](Payment& p) -> Result<void> {
      p.forget_events(10);
      return {};
    };
    EXPECT_TRUE(runtime::run_to_end(elsewhere, other.dynamodb.update(*other_sees, publish)));
  });
  const auto changed = conclude(through->dynamodb);
  ASSERT_TRUE(changed) << changed.error().reason;
  EXPECT_EQ(changed->state().version, 2);
  EXPECT_EQ(stored().state().version, 3);
}

TEST_F(DynamodbUnknownOutcome, AnothersChangeIsAConflictAndNotOurs) {
  ASSERT_TRUE(run(direct->dynamodb.create(contract::new_payment("pay_1"))));
  ASSERT_TRUE(conclude(direct->dynamodb));
  EXPECT_EQ(conclude(through->dynamodb).error().reason, "version_conflict");
  EXPECT_EQ(stored().state().version, 2);
}

}  // namespace
}  // namespace gatehouse::payments
