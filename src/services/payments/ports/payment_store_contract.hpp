// What every PaymentStore must do, as tests: INSTANTIATE_TEST_SUITE_P them with a factory of the adapter.
#pragma once

#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "services/payments/ports/payment_store.hpp"

namespace gatehouse::payments::contract {

// Keeps alive what the store stands on.
struct StoreUnderTest {
  virtual ~StoreUnderTest() = default;
  [[nodiscard]] virtual PaymentStore& store() = 0;
};
using StoreFactory = std::function<std::unique_ptr<StoreUnderTest>()>;

inline constexpr core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};

inline Payment new_payment(std::string id, std::string owner = "service:orders",
                           std::string reference = "ord_1", core::SystemTime at = kNow) {
  NewPayment wanted{.id = std::move(id),
                    .owner = std::move(owner),
                    .reference = std::move(reference),
                    .amount = {1999, Currency::from_code("EUR").value()},
                    .capture_mode = CaptureMode::automatic,
                    .payment_method = Secret("pm_card_visa"),
                    .description = Pii("two red socks for Ann")};
  return Payment::open(std::move(wanted), {"scope-1", "print-1", "trace"},
                       {"payments-1#a", at + std::chrono::seconds{10}}, at);
}

class PaymentStoreContract : public testing::TestWithParam<StoreFactory> {
 protected:
  template <class T>
  Result<T> wait(Awaitable<Result<T>> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  PaymentStore& store() { return under_test_->store(); }

  boost::asio::io_context io_{1};
  std::unique_ptr<StoreUnderTest> under_test_ = GetParam()();
};

TEST_P(PaymentStoreContract, GivesBackAllThatWasPut) {
  Payment payment = new_payment("pay_1");
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", payment.state().amount}, kNow));
  payment.store_answer("pay_1-charge-1", [](const Payment&, const Attempt&) {
    return StoredAnswer{201, {{"etag", "\"1\""}, {"location", "/payments/pay_1"}}, R"({"id":"pay_1"})"};
  });
  ASSERT_TRUE(
      payment.begin_refund("re_1", 700, "a hole", {"scope-2", "print-2"}, {"payments-1#a", kNow}, kNow));
  ASSERT_TRUE(wait(store().create(payment)));

  const auto found = wait(store().get("pay_1", {}));

  ASSERT_TRUE(found) << found.error().detail;
  const PaymentState& state = found->state();
  EXPECT_EQ(state.payment_method.reveal(), "pm_card_visa");
  EXPECT_EQ(state.description.reveal(), "two red socks for Ann");
  EXPECT_EQ(state.status, Status::captured);
  EXPECT_EQ(state.captured, 1999);
  EXPECT_EQ(state.attempts.size(), 2U);
  EXPECT_EQ(state.attempts[0].traceparent, "trace");
  EXPECT_EQ(state.refunds.at(0).reason, "a hole");
  EXPECT_EQ(state.ledger.at(0).legs.size(), 2U);
  EXPECT_EQ(state.outbox.at(0).type, "payment.captured");
  EXPECT_EQ(found->request("scope-1")->answer, payment.request("scope-1")->answer);
  EXPECT_FALSE(found->request("scope-2")->answer);
  EXPECT_EQ(found->next_check_at(), payment.next_check_at());
  EXPECT_TRUE(found->check_invariants());
}

TEST_P(PaymentStoreContract, PutsAnIdOnceAndAnswersWithTheFirst) {
  ASSERT_TRUE(wait(store().create(new_payment("pay_1")))->is_new);

  const auto second = wait(store().create(new_payment("pay_1", "service:orders", "ord_2")));

  ASSERT_TRUE(second);
  EXPECT_FALSE(second->is_new);
  EXPECT_EQ(second->payment.state().reference, "ord_1");
}

TEST_P(PaymentStoreContract, HidesWhatBelongsToAnother) {
  ASSERT_TRUE(wait(store().create(new_payment("pay_1", "service:orders"))));

  EXPECT_TRUE(wait(store().get("pay_1", "service:orders")));
  EXPECT_EQ(wait(store().get("pay_1", "someone")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(wait(store().get("pay_2", {})).error().kind, ErrorKind::not_found);
  ListQuery query{.owner = "someone"};
  EXPECT_TRUE(wait(store().list(query))->payments.empty());
}

TEST_P(PaymentStoreContract, OfTwoChangesOfOneVersionOneWins) {
  const Payment payment = wait(store().create(new_payment("pay_1")))->payment;
  PaymentStore::Change conclude = [](Payment& p) {
    EXPECT_EQ(p.state().version, 2) << "the change sees the version that will be written";
    return p.conclude("pay_1-charge-1", Declined{"card_declined"}, kNow);
  };

  const auto first = wait(store().update("pay_1", payment.state().version, conclude));
  const auto second = wait(store().update("pay_1", payment.state().version, conclude));

  ASSERT_TRUE(first);
  EXPECT_EQ(first->state().version, 2);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "version_conflict");
  EXPECT_EQ(wait(store().get("pay_1", {}))->state().status, Status::declined);
}

TEST_P(PaymentStoreContract, WhatAChangeRefusesIsNotWritten) {
  ASSERT_TRUE(wait(store().create(new_payment("pay_1"))));
  PaymentStore::Change refuse_late = [](Payment& p) -> Result<void> {
    EXPECT_TRUE(p.conclude("pay_1-charge-1", Declined{"card_declined"}, kNow));
    return refuse(ErrorKind::conflict, "changed_my_mind");
  };

  EXPECT_EQ(wait(store().update("pay_1", 1, refuse_late)).error().reason, "changed_my_mind");

  EXPECT_EQ(wait(store().get("pay_1", {}))->state().status, Status::processing);
  EXPECT_EQ(wait(store().get("pay_1", {}))->state().version, 1);
}

TEST_P(PaymentStoreContract, FindsWhatIsDueTheLongestWaitingFirst) {
  using std::chrono::seconds;
  ASSERT_TRUE(wait(store().create(new_payment("pay_late", "o", "r", kNow + seconds{5}))));
  ASSERT_TRUE(wait(store().create(new_payment("pay_early", "o", "r", kNow))));
  ASSERT_TRUE(wait(store().create(new_payment("pay_never", "o", "r", kNow))));
  PaymentStore::Change finish = [](Payment& p) -> Result<void> {
    auto concluded = p.conclude("pay_never-charge-1", Declined{"x"}, kNow);
    p.forget_events(1);
    return concluded;
  };
  ASSERT_TRUE(wait(store().update("pay_never", 1, finish)));

  EXPECT_TRUE(wait(store().due(kNow + seconds{9}, 10))->empty());
  EXPECT_EQ(wait(store().due(kNow + seconds{10}, 10))->at(0).state().id, "pay_early");
  const auto both = wait(store().due(kNow + seconds{60}, 10)).value();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].state().id, "pay_early");
  EXPECT_EQ(wait(store().due(kNow + seconds{60}, 1))->size(), 1U);
}

TEST_P(PaymentStoreContract, ListsNewestFirstPageByPage) {
  for (int i = 0; i < 5; ++i) {
    const auto at = kNow + std::chrono::seconds{i / 2};  // pairs of the same time: the id decides
    ASSERT_TRUE(
        wait(store().create(new_payment("pay_" + std::to_string(i), "o", i == 3 ? "ord_x" : "ord_1", at))));
  }
  std::vector<std::string> seen;
  ListQuery query{.reference = "ord_1", .limit = 2};
  for (;;) {
    const auto page = wait(store().list(query)).value();
    for (const Payment& payment : page.payments) seen.push_back(payment.state().id);
    if (!page.has_more) break;
    query.after =
        ListQuery::Position{page.payments.back().state().created_at, page.payments.back().state().id};
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"pay_4", "pay_2", "pay_1", "pay_0"}));
}

TEST_P(PaymentStoreContract, CountsTheUnknown) {
  ASSERT_TRUE(wait(store().create(new_payment("pay_1"))));
  ASSERT_TRUE(wait(store().create(new_payment("pay_2"))));
  PaymentStore::Change lose = [](Payment& p) { return p.conclude("pay_2-charge-1", Lost{"timeout"}, kNow); };
  ASSERT_TRUE(wait(store().update("pay_2", 1, lose)));
  EXPECT_EQ(wait(store().count_unknown()).value(), 1);
}

}  // namespace gatehouse::payments::contract
