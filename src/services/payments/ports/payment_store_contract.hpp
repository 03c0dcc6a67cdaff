// What every PaymentStore must do, as tests: INSTANTIATE_TEST_SUITE_P them with a factory of the adapter.
#pragma once

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "runtime/task_group.hpp"
#include "runtime/worker.hpp"
#include "services/payments/ports/payment_store_under_test.hpp"

namespace gatehouse::payments::contract {

class PaymentStoreContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  void SetUp() override {
    if (!under_test_) GTEST_SKIP() << "its server is not here: run tools/peers";
  }
  template <class T>
  Result<T> wait(Awaitable<Result<T>> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  PaymentStore& store() { return under_test_->store(); }
  // All of the group's tasks side by side, to their end.
  void run_all(runtime::TaskGroup& tasks) {
    const bool all_ended = runtime::run_to_end(io_, tasks.join(Deadline::after(std::chrono::seconds{60})));
    ASSERT_TRUE(all_ended);
  }
  // The ids of all pages; `between` runs after the first.
  std::vector<std::string> ids_of(ListQuery query, const std::function<void()>& between = [] {}) {
    std::vector<std::string> ids;
    for (bool is_first = true;; is_first = false) {
      const auto page = wait(store().list(query));
      EXPECT_TRUE(page) << page.error().detail;
      if (!page) return ids;
      for (const Payment& payment : page->payments) ids.push_back(payment.state().id);
      if (!page->has_more) return ids;
      const PaymentState& last = page->payments.back().state();
      query.after = ListQuery::Position{last.created_at, last.id};
      if (is_first) between();
    }
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<StoreUnderTest> under_test_ = GetParam()(io_);
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

  const auto first = wait(store().update(payment, conclude));
  const auto second = wait(store().update(payment, conclude));

  ASSERT_TRUE(first);
  EXPECT_EQ(first->state().version, 2);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "version_conflict");
  EXPECT_EQ(wait(store().get("pay_1", {}))->state().status, Status::declined);
}

TEST_P(PaymentStoreContract, WhatAChangeRefusesOfAnOlderVersionIsAConflict) {
  const Payment payment = wait(store().create(new_payment("pay_1")))->payment;
  PaymentStore::Change conclude = [](Payment& p) {
    return p.conclude("pay_1-charge-1", Declined{"card_declined"}, kNow);
  };
  ASSERT_TRUE(wait(store().update(payment, conclude)));
  PaymentStore::Change refuse_all = [](Payment&) -> Result<void> {
    return refuse(ErrorKind::conflict, "not_in_that_state");
  };
  EXPECT_EQ(wait(store().update(payment, refuse_all)).error().reason, "version_conflict")
      << "it was decided by what is no longer so";
}

TEST_P(PaymentStoreContract, WhatIsNotThereIsNotChanged) {
  PaymentStore::Change change = [](Payment&) -> Result<void> { return {}; };
  EXPECT_EQ(wait(store().update(new_payment("pay_1"), change)).error().reason, "payment_not_found");
  EXPECT_FALSE(wait(store().get("pay_1", {})));
}

TEST_P(PaymentStoreContract, WhatAChangeRefusesIsNotWritten) {
  ASSERT_TRUE(wait(store().create(new_payment("pay_1"))));
  PaymentStore::Change refuse_late = [](Payment& p) -> Result<void> {
    EXPECT_TRUE(p.conclude("pay_1-charge-1", Declined{"card_declined"}, kNow));
    return refuse(ErrorKind::conflict, "changed_my_mind");
  };

  EXPECT_EQ(wait(store().update(new_payment("pay_1"), refuse_late)).error().reason, "changed_my_mind");

  EXPECT_EQ(wait(store().get("pay_1", {}))->state().status, Status::processing);
  EXPECT_EQ(wait(store().get("pay_1", {}))->state().version, 1);
}

TEST_P(PaymentStoreContract, FindsWhatIsDueTheLongestWaitingFirst) {
  using std::chrono::seconds;
  ASSERT_TRUE(wait(store().create(new_payment("pay_late", "o", "r", kNow + seconds{5}))));
  ASSERT_TRUE(wait(store().create(new_payment("pay_early", "o", "r", kNow))));
  const Payment never = new_payment("pay_never", "o", "r", kNow);
  ASSERT_TRUE(wait(store().create(never)));
  PaymentStore::Change finish = [](Payment& p) -> Result<void> {
    auto concluded = p.conclude("pay_never-charge-1", Declined{"x"}, kNow);
    p.forget_events(1);
    return concluded;
  };
  ASSERT_TRUE(wait(store().update(never, finish)));

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
  const auto seen = ids_of({.reference = "ord_1", .limit = 2});
  EXPECT_EQ(seen, (std::vector<std::string>{"pay_4", "pay_2", "pay_1", "pay_0"}));
}

TEST_P(PaymentStoreContract, CountsTheUnknown) {
  ASSERT_TRUE(wait(store().create(new_payment("pay_1"))));
  ASSERT_TRUE(wait(store().create(new_payment("pay_2"))));
  PaymentStore::Change lose = [](Payment& p) { return p.conclude("pay_2-charge-1", Lost{"timeout"}, kNow); };
  ASSERT_TRUE(wait(store().update(new_payment("pay_2"), lose)));
  EXPECT_EQ(wait(store().count_unknown()).value(), 1);
}

// Reads, decides and writes again until its refund is begun.
inline Awaitable<> begin_refund(PaymentStore& store, std::string refund_id, int& begun) {
  for (int tries = 0; tries < 200; ++tries) {
    auto payment = co_await store.get("pay_1", {});
    if (!payment) co_return;
    PaymentStore::Change change = [refund_id](Payment& p) -> Result<void> {
      auto started =
          p.begin_refund(refund_id, 1, "", {"scope-" + refund_id, "print"}, {"payments-1#a", kNow}, kNow);
      if (!started) return fail(started);
      return {};
    };
    auto updated = co_await store.update(*payment, std::move(change));
    if (updated) ++begun;
    if (updated || updated.error().reason != "version_conflict") co_return;
  }
}

TEST_P(PaymentStoreContract, NoneOfManyChangesSideBySideIsLost) {
  Payment payment = new_payment("pay_1");
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", payment.state().amount}, kNow));
  ASSERT_TRUE(wait(store().create(payment)));
  constexpr int kChanges = 12;
  int begun = 0;
  runtime::TaskGroup tasks(io_.get_executor());
  for (int i = 0; i < kChanges; ++i)
    tasks.spawn("refund", begin_refund(store(), "re_" + std::to_string(i), begun));
  run_all(tasks);

  EXPECT_EQ(begun, kChanges);
  const Payment after = wait(store().get("pay_1", {})).value();
  EXPECT_EQ(after.state().refunds.size(), static_cast<std::size_t>(kChanges));
  EXPECT_EQ(after.state().version, payment.state().version + kChanges);
  EXPECT_EQ(after.refund_pending(), kChanges);
}

inline Awaitable<> create_one(PaymentStore& store, std::string reference, int& fresh,
                              std::vector<std::string>& stored) {
  auto created = co_await store.create(new_payment("pay_1", "service:orders", std::move(reference)));
  if (!created) co_return;
  fresh += created->is_new ? 1 : 0;
  stored.push_back(created->payment.state().reference);
}

TEST_P(PaymentStoreContract, OfManyWhoCreateOneIdSideBySideOneWinsAndAllSeeIt) {
  int fresh = 0;
  std::vector<std::string> stored;
  runtime::TaskGroup tasks(io_.get_executor());
  for (int i = 0; i < 12; ++i)
    tasks.spawn("create", create_one(store(), "ord_" + std::to_string(i), fresh, stored));
  run_all(tasks);

  EXPECT_EQ(fresh, 1);
  ASSERT_EQ(stored.size(), 12U);
  EXPECT_EQ(std::set<std::string>(stored.begin(), stored.end()).size(), 1U) << "all see the same payment";
}

TEST_P(PaymentStoreContract, APageIsWholeWhateverIsAddedMeanwhileAndWhoeverAsks) {
  std::vector<std::string> all;
  std::vector<std::string> of_ann;
  for (int i = 0; i < 23; ++i) {
    const std::string id = "pay_" + std::to_string(100 + i);
    const bool is_anns = i % 3 != 0;
    const auto at = kNow + std::chrono::microseconds{i / 2};  // pairs of the same time: the id decides
    ASSERT_TRUE(wait(store().create(new_payment(id, is_anns ? "ann" : "bob", "ord_1", at))));
    all.insert(all.begin(), id);
    if (is_anns) of_ann.insert(of_ann.begin(), id);
  }
  const auto add_newer = [this, more = 0]() mutable {
    ASSERT_TRUE(wait(store().create(
        new_payment("pay_9" + std::to_string(more++), "ann", "ord_1", kNow + std::chrono::hours{1}))));
  };
  EXPECT_EQ(ids_of({.limit = 5}), all);
  EXPECT_EQ(ids_of({.owner = "ann", .limit = 4}), of_ann);
  EXPECT_EQ(ids_of({.owner = "ann", .reference = "ord_1", .limit = 4}, add_newer), of_ann)
      << "what is newer than the first page is on none of the later ones";
  EXPECT_EQ(ids_of({.owner = "ann", .limit = 100}).size(), of_ann.size() + 1);
  EXPECT_TRUE(ids_of({.owner = "ann", .reference = "ord_2", .limit = 4}).empty());
}

TEST_P(PaymentStoreContract, ARestartLosesNothingThatWasAnswered) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(wait(store().create(new_payment("pay_" + std::to_string(i)))));
  PaymentStore::Change conclude = [](Payment& p) {
    return p.conclude("pay_1-charge-1", Declined{"card_declined"}, kNow);
  };
  ASSERT_TRUE(wait(store().update(new_payment("pay_1"), conclude)));

  under_test_->restart();

  EXPECT_EQ(wait(store().get("pay_1", {}))->state().status, Status::declined);
  EXPECT_EQ(wait(store().get("pay_1", {}))->state().version, 2);
  EXPECT_EQ(ids_of({.limit = 2}), (std::vector<std::string>{"pay_2", "pay_1", "pay_0"}));
  EXPECT_FALSE(wait(store().create(new_payment("pay_0")))->is_new);
  EXPECT_EQ(wait(store().update(new_payment("pay_1"), conclude)).error().reason, "version_conflict");
  EXPECT_TRUE(wait(store().update(
      new_payment("pay_2"), [](Payment& p) { return p.conclude("pay_2-charge-1", Lost{"timeout"}, kNow); })));
  EXPECT_EQ(wait(store().count_unknown()).value(), 1);
}

}  // namespace gatehouse::payments::contract
