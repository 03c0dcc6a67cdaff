// The decision table of the saga, whole: every step, intent and outcome.
#include "services/orders/domain/saga.hpp"

#include <array>
#include <map>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "services/orders/domain/payment.hpp"

namespace gatehouse::orders {
namespace {

using enum SagaStep;
using enum OutcomeKind;

const Currency kEuro = Currency::from_code("EUR").value();
constexpr core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
constexpr std::array kSteps{authorizing, capturing, voiding, refunding, finished};
constexpr std::array kOutcomes{
    OutcomeKind::done, OutcomeKind::captured, voided,  declined,    refused,   not_done,
    unknown,           outstanding,           missing, unavailable, mismatched};

// What the table says, in one word each.
Decision on(SagaStep step) {
  return {.step = step};
}
Decision again(SagaStep step) {
  return {.step = step, .pace = Pace::back_off};
}
Decision ask(SagaStep step) {
  return {.step = step, .pace = Pace::back_off, .approach = Approach::ask};
}
Decision ask_at_once(SagaStep step) {
  return {.step = step, .approach = Approach::ask};
}
Decision anew(SagaStep step) {
  return {.step = step, .pace = Pace::back_off, .is_new_round = true};
}
Decision sold() {
  return {.step = finished, .order = OrderStatus::confirmed};
}
Decision gone(std::string_view why = {}) {
  return {.step = finished, .order = OrderStatus::cancelled, .failure = why};
}
Decision back(SagaStep step, std::string_view why) {
  return {.step = step, .order = OrderStatus::cancelling, .failure = why};
}

struct Row {
  SagaStep step;
  OutcomeKind outcome;
  Decision to_fulfil;
  Decision to_undo;
};

const std::vector<Row>& table() {
  static const std::vector<Row> rows{
      {authorizing, OutcomeKind::done, on(capturing), on(voiding)},
      {authorizing, OutcomeKind::captured, sold(), on(refunding)},
      {authorizing, voided, gone("payment_voided"), gone()},
      {authorizing, declined, gone("card_declined"), gone()},
      {authorizing, refused, gone("payment_refused"), gone()},
      {authorizing, not_done, again(authorizing), gone()},
      {authorizing, unknown, again(authorizing), again(authorizing)},
      {authorizing, outstanding, ask(authorizing), ask(authorizing)},
      {authorizing, missing, again(authorizing), again(authorizing)},
      {authorizing, unavailable, again(authorizing), again(authorizing)},
      {authorizing, mismatched, back(voiding, "payment_mismatch"), on(voiding)},

      {capturing, OutcomeKind::done, sold(), on(refunding)},
      {capturing, OutcomeKind::captured, sold(), on(refunding)},
      {capturing, voided, gone("payment_voided"), gone()},
      {capturing, declined, back(voiding, "card_declined"), on(voiding)},
      {capturing, refused, ask_at_once(capturing), on(voiding)},
      {capturing, not_done, anew(capturing), on(voiding)},
      {capturing, unknown, again(capturing), on(voiding)},
      {capturing, outstanding, ask(capturing), ask(voiding)},
      {capturing, missing, ask(capturing), on(voiding)},
      {capturing, unavailable, again(capturing), on(voiding)},
      {capturing, mismatched, back(refunding, "payment_mismatch"), on(refunding)},

      {voiding, OutcomeKind::done, gone(), gone()},
      {voiding, OutcomeKind::captured, on(refunding), on(refunding)},
      {voiding, voided, gone(), gone()},
      {voiding, declined, ask_at_once(voiding), ask_at_once(voiding)},
      {voiding, refused, ask_at_once(voiding), ask_at_once(voiding)},
      {voiding, not_done, anew(voiding), anew(voiding)},
      {voiding, unknown, again(voiding), again(voiding)},
      {voiding, outstanding, ask(voiding), ask(voiding)},
      {voiding, missing, ask(voiding), ask(voiding)},
      {voiding, unavailable, again(voiding), again(voiding)},
      {voiding, mismatched, on(refunding), on(refunding)},

      {refunding, OutcomeKind::done, gone(), gone()},
      {refunding, OutcomeKind::captured, anew(refunding), anew(refunding)},
      {refunding, voided, gone(), gone()},
      {refunding, declined, ask(refunding), ask(refunding)},
      {refunding, refused, ask_at_once(refunding), ask_at_once(refunding)},
      {refunding, not_done, anew(refunding), anew(refunding)},
      {refunding, unknown, again(refunding), again(refunding)},
      {refunding, outstanding, ask(refunding), ask(refunding)},
      {refunding, missing, ask(refunding), ask(refunding)},
      {refunding, unavailable, again(refunding), again(refunding)},
      {refunding, mismatched, anew(refunding), anew(refunding)},
  };
  return rows;
}

Order order_of(OrderStatus status) {
  return Order{.id = "ord_1",
               .owner = "alice",
               .status = status,
               .lines = {{"cup", "A cup", 2, {1'250, kEuro}}},
               .total = {2'500, kEuro},
               .payment_method = "pm_card_visa",
               .created_at = kNow,
               .updated_at = kNow};
}

Saga saga_at(SagaStep step) {
  Saga saga = begin_saga(order_of(OrderStatus::pending), "00-1-2-01");
  saga.step = step;
  return saga;
}

TEST(SagaDecision, HasARowForEveryStepIntentAndOutcome) {
  std::set<std::pair<SagaStep, OutcomeKind>> seen;
  for (const Row& row : table()) seen.insert({row.step, row.outcome});

  EXPECT_EQ(seen.size(), table().size());
  EXPECT_EQ(seen.size(), (kSteps.size() - 1) * kOutcomes.size());
}

TEST(SagaDecision, IsWhatTheTableSays) {
  for (const Row& row : table()) {
    EXPECT_EQ(decide(row.step, Intent::fulfil, row.outcome), row.to_fulfil)
        << name_of(row.step) << " to fulfil, " << name_of(row.outcome);
    EXPECT_EQ(decide(row.step, Intent::undo, row.outcome), row.to_undo)
        << name_of(row.step) << " to undo, " << name_of(row.outcome);
  }
}

TEST(SagaDecision, NothingFollowsTheEnd) {
  for (const OutcomeKind outcome : kOutcomes) {
    EXPECT_EQ(decide(finished, Intent::fulfil, outcome), on(finished));
    EXPECT_EQ(decide(finished, Intent::undo, outcome), on(finished));
  }
}

TEST(SagaDecision, UncertaintyEndsNothing) {
  for (const SagaStep step : {authorizing, capturing, voiding, refunding}) {
    for (const Intent intent : {Intent::fulfil, Intent::undo}) {
      for (const OutcomeKind outcome : {unknown, outstanding, missing, unavailable}) {
        EXPECT_NE(decide(step, intent, outcome).step, finished) << name_of(step) << name_of(outcome);
      }
    }
  }
}

TEST(SagaDecision, EveryRowFitsAnOrderInThatState) {
  const std::map<SagaStep, std::vector<OrderStatus>> states{
      {authorizing, {OrderStatus::pending, OrderStatus::cancelling}},
      {capturing, {OrderStatus::pending, OrderStatus::cancelling}},
      {voiding, {OrderStatus::cancelling}},
      {refunding, {OrderStatus::cancelling}}};
  for (const auto& [step, statuses] : states) {
    for (const OrderStatus status : statuses) {
      for (const OutcomeKind outcome : kOutcomes) {
        Order order = order_of(status);
        Saga saga = saga_at(step);
        const auto progress = advance(order, saga, {outcome, "pay_1", ""}, kNow);
        ASSERT_TRUE(progress) << name_of(step) << " " << name_of(status) << " " << name_of(outcome);
        const bool is_over = order.status == OrderStatus::confirmed || order.status == OrderStatus::cancelled;
        EXPECT_EQ(saga.step == finished, is_over);
        EXPECT_EQ(order.holding == Holding::reserved, !is_over);
      }
    }
  }
}

TEST(Saga, ConfirmsAnOrderInTwoCalls) {
  Order order = order_of(OrderStatus::pending);
  Saga saga = begin_saga(order, "");

  EXPECT_EQ(next_call(saga, order), CallKind::authorize);
  ASSERT_TRUE(advance(order, saga, {OutcomeKind::done, "pay_1", ""}, kNow));
  EXPECT_EQ(next_call(saga, order), CallKind::capture);
  EXPECT_EQ(order.version, 1);
  const auto last = advance(order, saga, {OutcomeKind::done, "pay_1", ""}, kNow);

  ASSERT_TRUE(last);
  EXPECT_EQ(order.status, OrderStatus::confirmed);
  EXPECT_EQ(order.payment_id, "pay_1");
  EXPECT_EQ(order.version, 2);
  EXPECT_EQ(last->move, StockMove::sell);
  EXPECT_TRUE(last->is_order_changed);
}

TEST(Saga, KeepsTheProvidersReasonOfADecline) {
  Order order = order_of(OrderStatus::pending);
  Saga saga = begin_saga(order, "");

  ASSERT_TRUE(advance(order, saga, {declined, "pay_1", "insufficient_funds"}, kNow));

  EXPECT_EQ(order.status, OrderStatus::cancelled);
  EXPECT_EQ(order.failure, "insufficient_funds");
}

TEST(Saga, ACancelledOrderHasNoFailure) {
  Order order = order_of(OrderStatus::cancelling);
  Saga saga = saga_at(authorizing);

  ASSERT_TRUE(advance(order, saga, {declined, "pay_1", "insufficient_funds"}, kNow));

  EXPECT_EQ(order.failure, std::nullopt);
}

TEST(Saga, ACancelBeforeAnythingWasSentCallsNobody) {
  const Order order = order_of(OrderStatus::cancelling);
  Saga saga = saga_at(authorizing);

  EXPECT_EQ(next_call(saga, order), CallKind::none);
  saga.is_sent = true;
  EXPECT_EQ(next_call(saga, order), CallKind::authorize);
}

TEST(Saga, ACancelTurnsBackBeforeTheCapture) {
  Order order = order_of(OrderStatus::cancelling);
  Saga saga = saga_at(capturing);

  EXPECT_EQ(next_call(saga, order), CallKind::none);
  ASSERT_TRUE(advance(order, saga, {not_done, "", ""}, kNow));

  EXPECT_EQ(next_call(saga, order), CallKind::cancel);
}

TEST(Saga, AsksForThePaymentBeforeItSendsAKeyThatMayBeForgotten) {
  Order order = order_of(OrderStatus::pending);
  Saga saga = saga_at(authorizing);

  ASSERT_TRUE(advance(order, saga, {unknown, "", ""}, kNow + std::chrono::hours{19}));
  EXPECT_EQ(next_call(saga, order), CallKind::authorize);
  ASSERT_TRUE(advance(order, saga, {unknown, "", ""}, kNow + std::chrono::hours{21}));
  EXPECT_EQ(next_call(saga, order), CallKind::find);
  ASSERT_TRUE(advance(order, saga, {missing, "", ""}, kNow + std::chrono::hours{21}));
  EXPECT_EQ(next_call(saga, order), CallKind::authorize);
}

TEST(Saga, RepeatsWithTheSameKeyUntilARoundSurelyHadNoEffect) {
  Order order = order_of(OrderStatus::pending);
  Saga saga = saga_at(capturing);

  ASSERT_TRUE(advance(order, saga, {unknown, "", ""}, kNow));
  EXPECT_EQ(idempotency_key(order.id, saga.step, saga.round), "ord:ord_1:capture");
  ASSERT_TRUE(advance(order, saga, {not_done, "pay_1", ""}, kNow));
  EXPECT_EQ(idempotency_key(order.id, saga.step, saga.round), "ord:ord_1:capture:2");
  EXPECT_EQ(saga.attempt, 2);
}

TEST(Saga, GivesTheMoneyBackWhenTheCaptureIsRefusedForGood) {
  Order order = order_of(OrderStatus::pending);
  Saga saga = saga_at(capturing);
  for (std::int64_t round = 1; round < kCaptureRoundsMax; ++round) {
    ASSERT_TRUE(advance(order, saga, {not_done, "pay_1", ""}, kNow));
    ASSERT_EQ(saga.step, capturing);
  }

  ASSERT_TRUE(advance(order, saga, {not_done, "pay_1", ""}, kNow));

  EXPECT_EQ(saga.step, voiding);
  EXPECT_EQ(order.status, OrderStatus::cancelling);
  EXPECT_EQ(order.failure, "payment_refused");
}

TEST(Saga, IsTakenUpAgainWhenAConfirmedOrderIsCancelled) {
  Order order = order_of(OrderStatus::confirmed);
  order.holding = Holding::sold;
  Saga saga = saga_at(finished);
  saga.payment_id = "pay_1";

  ASSERT_TRUE(request_cancel(order, kNow));
  reopen(saga, order, kNow);

  EXPECT_EQ(next_call(saga, order), CallKind::refund);
  const auto progress = advance(order, saga, {OutcomeKind::done, "pay_1", ""}, kNow);
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->move, StockMove::restock);
  EXPECT_EQ(order.status, OrderStatus::cancelled);
}

TEST(Saga, NamesLeadBackToTheirSteps) {
  for (const SagaStep step : kSteps) EXPECT_EQ(step_of(name_of(step)), step);
  EXPECT_EQ(step_of("shipping"), std::nullopt);
}

TEST(PaymentReply, MeansAnOutcomeForEachStep) {
  using Kind = PaymentReply::Kind;
  using enum PaymentStatus;
  struct Case {
    PaymentStatus status;
    OutcomeKind authorizing, capturing, voiding, refunding;
  };
  const std::vector<Case> cases{
      {authorized, OutcomeKind::done, not_done, not_done, outstanding},
      {PaymentStatus::captured, OutcomeKind::captured, OutcomeKind::done, OutcomeKind::captured, not_done},
      {PaymentStatus::declined, OutcomeKind::declined, OutcomeKind::declined, OutcomeKind::done,
       OutcomeKind::done},
      {canceled, voided, voided, OutcomeKind::done, OutcomeKind::done},
      {PaymentStatus::unknown, outstanding, outstanding, outstanding, outstanding},
      {processing, outstanding, outstanding, outstanding, outstanding},
      {partially_refunded, mismatched, mismatched, OutcomeKind::captured, not_done},
      {refunded, voided, voided, OutcomeKind::done, OutcomeKind::done},
  };
  for (const Case& row : cases) {
    const Money total{2'500, kEuro};
    const PaymentReply reply{.kind = Kind::view, .view = PaymentView{"pay_1", row.status, total, 2'500, ""}};
    EXPECT_EQ(outcome_of(SagaStep::authorizing, reply, total).kind, row.authorizing);
    EXPECT_EQ(outcome_of(SagaStep::capturing, reply, total).kind, row.capturing);
    EXPECT_EQ(outcome_of(SagaStep::voiding, reply, total).kind, row.voiding);
    EXPECT_EQ(outcome_of(SagaStep::refunding, reply, total).kind, row.refunding);
    EXPECT_EQ(outcome_of(SagaStep::capturing, reply, total).payment_id, "pay_1");
  }
}

TEST(PaymentReply, OfAnotherAmountIsNoSuccess) {
  using Kind = PaymentReply::Kind;
  const Money total{2'500, kEuro};
  const PaymentReply held{.kind = Kind::view,
                          .view = PaymentView{"pay_1", PaymentStatus::authorized, {2'400, kEuro}, 0, ""}};
  const PaymentReply taken{.kind = Kind::view,
                           .view = PaymentView{"pay_1", PaymentStatus::captured, total, 2'400, ""}};

  EXPECT_EQ(outcome_of(authorizing, held, total).kind, mismatched);
  EXPECT_EQ(outcome_of(capturing, taken, total).kind, mismatched);
}

TEST(PaymentReply, WithoutAViewMeansTheSameForEveryStep) {
  using Kind = PaymentReply::Kind;
  const std::vector<std::pair<Kind, OutcomeKind>> cases{
      {Kind::declined, declined}, {Kind::refused, refused}, {Kind::missing, missing},
      {Kind::unknown, unknown},   {Kind::view, unknown},    {Kind::unavailable, unavailable}};
  for (const SagaStep step : {authorizing, capturing, voiding, refunding}) {
    for (const auto& [kind, outcome] : cases) {
      EXPECT_EQ(outcome_of(step, {.kind = kind}, {2'500, kEuro}).kind, outcome);
    }
  }
}

}  // namespace
}  // namespace gatehouse::orders
