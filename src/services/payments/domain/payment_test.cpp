#include "services/payments/domain/payment.hpp"

#include <gtest/gtest.h>

namespace gatehouse::payments {
namespace {

using std::chrono::seconds;

const Currency kEur = Currency::from_code("EUR").value();
constexpr core::SystemTime kNow{seconds{1'800'000'000}};
const Claim kClaim{"payments-1#a", kNow + seconds{10}};

Payment opened(CaptureMode mode) {
  NewPayment wanted{.id = "pay_1",
                    .owner = "service:orders",
                    .reference = "ord_1",
                    .amount = {1999, kEur},
                    .capture_mode = mode,
                    .payment_method = Secret("pm_card_visa"),
                    .description = {}};
  return Payment::open(std::move(wanted), {"scope-open", "print-open"}, kClaim, kNow);
}

Payment captured() {
  Payment payment = opened(CaptureMode::automatic);
  EXPECT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", {1999, kEur}}, kNow));
  return payment;
}

Payment authorized() {
  Payment payment = opened(CaptureMode::manual);
  EXPECT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", {1999, kEur}}, kNow));
  return payment;
}

TEST(PaymentStates, FollowTheTableAndNothingElse) {
  using enum Happening;
  // One row per state: where each happening leads; "-" where it is refused.
  const std::vector<Happening> columns{authorized,          captured,         declined,        outcome_lost,
                                       capture_begun,       capture_refused,  cancel_begun,    cancel_refused,
                                       Happening::canceled, refunded_in_part, refunded_in_full};
  const std::map<Status, std::vector<std::string_view>> rows{
      {Status::processing,
       {"authorized", "captured", "declined", "unknown", "-", "authorized", "-", "authorized", "canceled",
        "-", "-"}},
      {Status::unknown,
       {"authorized", "captured", "declined", "unknown", "-", "authorized", "-", "authorized", "canceled",
        "-", "-"}},
      {Status::authorized, {"-", "-", "-", "-", "processing", "-", "processing", "-", "-", "-", "-"}},
      {Status::captured, {"-", "-", "-", "-", "-", "-", "-", "-", "-", "partially_refunded", "refunded"}},
      {Status::partially_refunded,
       {"-", "-", "-", "-", "-", "-", "-", "-", "-", "partially_refunded", "refunded"}},
      {Status::refunded, {"-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"}},
      {Status::canceled, {"-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"}},
      {Status::declined, {"-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"}},
  };
  for (const Status from : kAllStatuses) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto to = next(from, columns[i]);
      const std::string_view expected = rows.at(from)[i];
      EXPECT_EQ(to ? name_of(*to) : "-", expected) << name_of(from) << " + " << name_of(columns[i]);
    }
    EXPECT_EQ(status_named(name_of(from)), from);
  }
  EXPECT_TRUE(is_terminal(Status::refunded) && is_terminal(Status::canceled) &&
              is_terminal(Status::declined));
  EXPECT_FALSE(is_terminal(Status::unknown) || is_terminal(Status::captured));
}

TEST(Payment, IsDispatchedAndClaimedBeforeTheProviderIsAsked) {
  const Payment payment = opened(CaptureMode::automatic);

  const Attempt* charge = payment.attempt("pay_1-charge-1");
  ASSERT_NE(charge, nullptr);
  EXPECT_EQ(charge->state, AttemptState::dispatched);
  EXPECT_TRUE(charge->is_claimed("payments-2#a", kNow));
  EXPECT_EQ(payment.state().status, Status::processing);
  EXPECT_EQ(payment.next_check_at(), kClaim.until) << "the recovery worker looks when the claim ends";
}

TEST(Payment, AutomaticCaptureBooksTheMoneyOnce) {
  Payment payment = captured();
  EXPECT_EQ(payment.state().status, Status::captured);
  EXPECT_EQ(payment.state().captured, 1999);

  EXPECT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", {1999, kEur}}, kNow));

  EXPECT_EQ(payment.state().ledger.size(), 1U);
  EXPECT_TRUE(payment.check_invariants());
}

TEST(Payment, ASecondVerdictThatContradictsTheFirstIsAnAlarm) {
  Payment payment = captured();
  const auto second = payment.conclude("pay_1-charge-1", Declined{"card_declined"}, kNow);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "contradicting_verdict");
  EXPECT_EQ(payment.state().status, Status::captured);
}

TEST(Payment, ALostAnswerIsUnknownAndKeepsItsKey) {
  Payment payment = opened(CaptureMode::automatic);

  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Lost{"timeout"}, kNow));

  EXPECT_EQ(payment.state().status, Status::unknown);
  EXPECT_EQ(payment.attempt("pay_1-charge-1")->state, AttemptState::unknown);
  EXPECT_FALSE(payment.attempt("pay_1-charge-1")->is_claimed("payments-2#a", kNow));
  EXPECT_EQ(payment.attempt("pay_1-charge-1")->check_at, kNow + seconds{1});
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Lost{"timeout"}, kNow + seconds{1}));
  EXPECT_EQ(payment.attempt("pay_1-charge-1")->check_at, kNow + seconds{6});
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", {1999, kEur}}, kNow + seconds{6}));
  EXPECT_EQ(payment.state().status, Status::captured);
}

TEST(Payment, WhatWasNotSentStaysAsItWas) {
  Payment payment = opened(CaptureMode::automatic);
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", NotSent{"circuit_open"}, kNow));
  EXPECT_EQ(payment.state().status, Status::processing);

  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Lost{"reset"}, kNow));
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", NotSent{"circuit_open"}, kNow));
  EXPECT_EQ(payment.state().status, Status::unknown) << "what may have happened does not unhappen";
}

TEST(Payment, AProviderOutOfReachDoesNotMakeTheWaitsLonger) {
  Payment payment = opened(CaptureMode::automatic);
  const Attempt& charge = *payment.attempt("pay_1-charge-1");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(payment.conclude("pay_1-charge-1", NotSent{"circuit_open"}, kNow));
    EXPECT_EQ(charge.check_at, kNow + kUnsentWait);
  }
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Lost{"timeout"}, kNow));
  EXPECT_EQ(charge.check_at, kNow + recheck_delay(1));
}

TEST(Payment, AnotherAmountThanAskedForIsNoSuccess) {
  for (const Money wrong : {Money{1998, kEur}, Money{1999, Currency::from_code("USD").value()}}) {
    Payment payment = opened(CaptureMode::automatic);
    ASSERT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", wrong}, kNow));
    EXPECT_EQ(payment.state().status, Status::unknown);
    EXPECT_EQ(payment.state().captured, 0);
  }
}

TEST(Payment, CaptureAndCancelExcludeEachOther) {
  Payment payment = authorized();
  ASSERT_TRUE(payment.begin_capture({}, {"s2", "f2"}, kClaim, kNow));
  EXPECT_EQ(payment.begin_cancel({"s3", "f3"}, kClaim, kNow).error().reason, "payment_in_progress");
  EXPECT_EQ(payment.begin_capture({}, {"s3", "f3"}, kClaim, kNow).error().reason, "payment_in_progress");

  ASSERT_TRUE(payment.conclude("pay_1-capture-2", Declined{"expired"}, kNow));

  EXPECT_EQ(payment.state().status, Status::authorized);
  ASSERT_TRUE(payment.begin_cancel({"s3", "f3"}, kClaim, kNow));
  ASSERT_TRUE(payment.conclude("pay_1-cancel-3", Done{"ch_1", {1999, kEur}}, kNow));
  EXPECT_EQ(payment.state().status, Status::canceled);
  EXPECT_EQ(payment.begin_capture({}, {"s4", "f4"}, kClaim, kNow).error().reason, "payment_not_capturable");
}

TEST(Payment, ACaptureMayTakeLessButNotMore) {
  Payment payment = authorized();
  EXPECT_EQ(payment.begin_capture(2000, {"s2", "f2"}, kClaim, kNow).error().reason, "amount_too_large");
  ASSERT_TRUE(payment.begin_capture(500, {"s2", "f2"}, kClaim, kNow));
  ASSERT_TRUE(payment.conclude("pay_1-capture-2", Done{"ch_1", {500, kEur}}, kNow));
  EXPECT_EQ(payment.state().captured, 500);
  EXPECT_EQ(payment.begin_refund("re_1", 501, "", {"s3", "f3"}, kClaim, kNow).error().reason,
            "amount_too_large");
}

TEST(Payment, ARefundReservesItsAmountBeforeTheProviderIsAsked) {
  Payment payment = captured();
  ASSERT_TRUE(payment.begin_refund("re_1", 1500, "", {"s2", "f2"}, kClaim, kNow));
  EXPECT_EQ(payment.begin_refund("re_2", 500, "", {"s3", "f3"}, kClaim, kNow).error().reason,
            "amount_too_large");
  ASSERT_TRUE(payment.begin_refund("re_2", {}, "", {"s3", "f3"}, kClaim, kNow));
  EXPECT_EQ(payment.refund("re_2")->amount.minor, 499);
  EXPECT_EQ(payment.refund_pending(), 1999);
  EXPECT_EQ(payment.begin_refund("re_3", {}, "", {"s4", "f4"}, kClaim, kNow).error().reason,
            "amount_too_large");

  ASSERT_TRUE(payment.conclude("pay_1-refund-2", Lost{"timeout"}, kNow));
  ASSERT_TRUE(payment.conclude("pay_1-refund-3", Declined{"refund_failed"}, kNow));

  EXPECT_EQ(payment.state().status, Status::captured);
  EXPECT_EQ(payment.refund_pending(), 1500)
      << "an unknown refund keeps its reservation, a failed one gives it back";
  ASSERT_TRUE(payment.conclude("pay_1-refund-2", Done{"re_x", {1500, kEur}}, kNow));
  EXPECT_EQ(payment.state().status, Status::partially_refunded);
  ASSERT_TRUE(payment.begin_refund("re_4", {}, "", {"s5", "f5"}, kClaim, kNow));
  ASSERT_TRUE(payment.conclude("pay_1-refund-4", Done{"re_y", {499, kEur}}, kNow));
  EXPECT_EQ(payment.state().status, Status::refunded);
  EXPECT_EQ(imbalance(payment.state().ledger), 0);
  EXPECT_EQ(balance(payment.state().ledger, Account::provider_clearing), 0);
  EXPECT_TRUE(payment.check_invariants());
}

TEST(Payment, ARepeatedRequestIsJudgedByItsRecord) {
  Payment payment = opened(CaptureMode::automatic);
  const IdempotencyRecord record = *payment.request("scope-open");
  EXPECT_EQ(payment.judge(record, "another body", "payments-2#a", kNow), Repeat::mismatch);
  EXPECT_EQ(payment.judge(record, "print-open", "payments-2#a", kNow), Repeat::in_flight);
  EXPECT_EQ(payment.judge(record, "print-open", "payments-2#a", kClaim.until), Repeat::abandoned);

  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Lost{"timeout"}, kNow));
  EXPECT_EQ(payment.judge(record, "print-open", "payments-2#a", kNow), Repeat::undecided);
  EXPECT_EQ(payment.judge(record, "print-open", "payments-2#a", kNow + seconds{1}), Repeat::abandoned);

  const auto write = [](const Payment&, const Attempt&) { return StoredAnswer{201, {}, "{}"}; };
  payment.store_answer("pay_1-charge-1", write);
  EXPECT_FALSE(payment.request("scope-open")->answer) << "an answer without a verdict is not kept";
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Done{"ch_1", {1999, kEur}}, kNow + seconds{1}));
  payment.store_answer("pay_1-charge-1", write);
  EXPECT_EQ(payment.judge(*payment.request("scope-open"), "print-open", "payments-2#a", kNow),
            Repeat::replay);
}

TEST(Payment, AnAttemptIsTakenOverOnlyWhenItsClaimIsOver) {
  Payment payment = opened(CaptureMode::automatic);
  const Claim other{"payments-2#a", kNow + seconds{60}};
  EXPECT_EQ(payment.claim("pay_1-charge-1", other, kNow).error().reason, "attempt_claimed");
  EXPECT_TRUE(payment.claim("pay_1-charge-1", other, kNow + seconds{10}));
  EXPECT_EQ(payment.next_check_at(), other.until);
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Declined{"card_declined"}, kNow + seconds{11}));
  EXPECT_EQ(payment.claim("pay_1-charge-1", other, kNow + seconds{99}).error().reason, "attempt_closed");
}

TEST(Payment, AnInstanceThatWasKilledTakesItsOwnWorkUpAtOnce) {
  struct Case {
    std::string_view asker;
    bool is_claimed;
    bool is_due;
  };
  Payment payment = opened(CaptureMode::automatic);  // claimed by payments-1#a
  const Attempt& charge = *payment.attempt("pay_1-charge-1");
  for (const Case& c : {Case{"payments-1#a", true, false}, Case{"payments-1#b", false, true},
                        Case{"payments-2#a", true, false}, Case{"payments-1", true, false},
                        Case{"payments-11#b", true, false}, Case{"", true, false}}) {
    EXPECT_EQ(charge.is_claimed(c.asker, kNow), c.is_claimed) << c.asker;
    EXPECT_EQ(charge.is_due(c.asker, kNow), c.is_due) << c.asker;
  }
  EXPECT_TRUE(payment.claim("pay_1-charge-1", {"payments-1#b", kNow + seconds{10}}, kNow));
  ASSERT_TRUE(payment.conclude("pay_1-charge-1", Lost{"timeout"}, kNow));
  EXPECT_FALSE(payment.attempt("pay_1-charge-1")->is_due("payments-1#c", kNow))
      << "its owner left it in order";
}

TEST(Payment, EventsWaitInOrderUntilTheyArePublished) {
  Payment payment = authorized();
  ASSERT_TRUE(payment.begin_capture({}, {"s2", "f2"}, kClaim, kNow));
  ASSERT_TRUE(payment.conclude("pay_1-capture-2", Done{"ch_1", {1999, kEur}}, kNow));
  ASSERT_EQ(payment.state().outbox.size(), 2U);
  EXPECT_EQ(payment.state().outbox[0].type, "payment.authorized");
  EXPECT_EQ(payment.state().outbox[1].type, "payment.captured");
  EXPECT_EQ(payment.next_check_at(), kNow);

  payment.forget_events(1);
  EXPECT_EQ(payment.state().outbox.size(), 1U);
  payment.forget_events(2);
  EXPECT_FALSE(payment.next_check_at());
}

TEST(Recheck, ComesSlowerAndSlowerAndNeverEnds) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> cases{
      {1, 1}, {2, 5}, {3, 15}, {4, 30}, {5, 60}, {6, 300}, {7, 3600}, {8, 86'400}, {50, 86'400}};
  for (const auto& [tries, expected] : cases) EXPECT_EQ(recheck_delay(tries).count(), expected);
}

}  // namespace
}  // namespace gatehouse::payments
