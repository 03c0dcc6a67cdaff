// What the use cases promise, on memory adapters: idempotency, unknown outcomes, reach.
#include "services/payments/usecases/payments_fixture.hpp"

namespace gatehouse::payments {
namespace {

using std::chrono::seconds;
using testing::mark;
using testing::order;
using testing::Process;
using Mood = MemoryProvider::Mood;

struct Payments : ::testing::Test {
  core::ManualClock clock;
  MemoryPaymentStore store;
  MemoryProvider provider;
  Process process{store, provider, clock, "payments-1#a"};
  const std::string id = payment_id_of(mark("k1"));
};

TEST_F(Payments, ARepeatedRequestGetsTheSameBytesAndChargesOnce) {
  const auto first = process.create(mark("k1"), order());
  const auto second = process.create(mark("k1"), order());

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->answer.status, 201U);
  EXPECT_EQ(first->kind, Reply::Kind::first);
  EXPECT_EQ(second->kind, Reply::Kind::replayed);
  EXPECT_EQ(second->answer, first->answer);
  EXPECT_EQ(provider.captures(id), 1U);
}

TEST_F(Payments, ADeclineIsAnAnswerLikeAnyOther) {
  provider.behave(Mood::declines);
  const auto first = process.create(mark("k1"), order());
  provider.recover();
  const auto second = process.create(mark("k1"), order());

  EXPECT_EQ(first->answer.status, 402U);
  EXPECT_EQ(second->answer, first->answer) << "a stored decline does not become a charge";
  EXPECT_EQ(provider.net(id), 0);
}

TEST_F(Payments, AKeyWithAnotherContentIsRefusedWithoutEffect) {
  ASSERT_TRUE(process.create(mark("k1"), order()));
  const auto other = process.create(mark("k1", "another print"), order(CaptureMode::automatic, 5));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::unprocessable);
  EXPECT_EQ(other.error().reason, "idempotency_key_reused");
  EXPECT_EQ(provider.statement().size(), 1U);
}

TEST_F(Payments, AKeyInFlightIsAConflictUntilItsOwnerIsGone) {
  // Another process has written the payment and is now asking the provider, or dead.
  NewPayment wanted{.id = id,
                    .owner = "service:orders",
                    .reference = "ord_1",
                    .amount = order().amount,
                    .capture_mode = CaptureMode::automatic,
                    .payment_method = Secret("pm_card_visa"),
                    .description = {}};
  Payment begun =
      Payment::open(std::move(wanted), mark("k1"), {"payments-2#a", clock.now() + seconds{10}}, clock.now());
  ASSERT_TRUE(runtime::run_to_end(store.create(begun)));

  EXPECT_EQ(process.create(mark("k1"), order()).error().reason, "idempotency_key_in_use");
  EXPECT_EQ(provider.statement().size(), 0U);

  clock.advance(seconds{10});
  const auto taken_over = process.create(mark("k1"), order());
  ASSERT_TRUE(taken_over);
  EXPECT_EQ(taken_over->answer.status, 201U);
  EXPECT_EQ(provider.captures(id), 1U);
}

TEST_F(Payments, ALostAnswerIsLookedUpAtOnce) {
  provider.behave(Mood::loses_after_effect);
  const auto reply = process.create(mark("k1"), order());
  EXPECT_EQ(reply->answer.status, 201U);
  EXPECT_EQ(provider.captures(id), 1U);
}

TEST_F(Payments, AnOutcomeThatNobodyKnowsIsUnknownAndResolvedWithTheSameKey) {
  provider.behave(Mood::loses_after_effect);
  provider.lose_look_ups();
  const auto interim = process.create(mark("k1"), order());
  EXPECT_EQ(interim->answer.status, 202U);
  EXPECT_EQ(interim->kind, Reply::Kind::interim);
  EXPECT_EQ(process.get(id).state().status, Status::unknown);
  EXPECT_EQ(process.create(mark("k1"), order())->answer.status, 202U) << "not yet time to ask again";

  provider.recover();
  clock.advance(seconds{1});
  process.recover();

  EXPECT_EQ(process.get(id).state().status, Status::captured);
  EXPECT_EQ(provider.captures(id), 1U);
  const auto final = process.create(mark("k1"), order());
  EXPECT_EQ(final->answer.status, 201U);
  EXPECT_EQ(process.create(mark("k1"), order())->answer, final->answer);
}

TEST_F(Payments, WhatTheProviderNeverGotIsSentAgainLater) {
  provider.behave(Mood::loses_before_effect);
  EXPECT_EQ(process.create(mark("k1"), order())->answer.status, 202U);
  EXPECT_EQ(process.get(id).state().status, Status::unknown) << "an absent charge may still be on its way";
  provider.recover();
  clock.advance(seconds{1});
  process.recover();
  EXPECT_EQ(process.get(id).state().status, Status::captured);
  EXPECT_EQ(provider.captures(id), 1U);
}

TEST_F(Payments, AFailureThatTheProviderRepeatsForEverIsDecidedByALookUp) {
  provider.behave(Mood::fails_for_good);
  EXPECT_EQ(process.create(mark("k1"), order())->answer.status, 402U);
  EXPECT_EQ(process.get(id).state().decline_code, "not_processed");
  EXPECT_EQ(provider.captures(id), 0U);
}

TEST_F(Payments, AfterADayTheKeyIsNotSentAgainButLookedUp) {
  provider.behave(Mood::loses_before_effect);
  ASSERT_TRUE(process.create(mark("k1"), order()));
  provider.recover();
  clock.advance(std::chrono::hours{25});
  process.recover();
  EXPECT_EQ(process.get(id).state().status, Status::declined);
  EXPECT_EQ(provider.statement().size(), 0U) << "a key that the provider forgot would charge again";
}

TEST_F(Payments, NothingIsWrittenWhileTheProviderIsDown) {
  provider.behave(Mood::is_down);
  const auto refused = process.create(mark("k1"), order());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(runtime::run_to_end(store.get(id, {})).error().kind, ErrorKind::not_found);

  provider.recover();
  const auto first = process.create(mark("k1"), order());
  provider.behave(Mood::is_down);
  EXPECT_EQ(process.create(mark("k1"), order())->answer, first->answer) << "a replay needs no provider";
}

TEST_F(Payments, CaptureCancelAndRefundAreReplayedToo) {
  ASSERT_TRUE(process.create(mark("k1"), order(CaptureMode::manual)));
  const auto captured = process.capture(id, mark("k2"));
  EXPECT_EQ(captured->answer.status, 200U);
  EXPECT_EQ(process.capture(id, mark("k2"))->answer, captured->answer);
  EXPECT_EQ(process.cancel(id, mark("k3")).error().reason, "payment_not_cancelable");
  const auto refunded = process.refund(id, mark("k4"), 999);
  EXPECT_EQ(process.refund(id, mark("k4"), 999)->answer, refunded->answer);
  EXPECT_EQ(process.get(id).state().status, Status::partially_refunded);
  EXPECT_EQ(provider.net(id), 1000);
  EXPECT_EQ(process.refund(id, mark("k5"), 1001).error().reason, "amount_too_large");
  EXPECT_EQ(process.refund(id, mark("k6"))->answer.status, 201U);
  EXPECT_EQ(provider.net(id), 0);
}

TEST_F(Payments, OfAnotherOwnerAreNotFound) {
  ASSERT_TRUE(process.create(mark("k1"), order(CaptureMode::manual)));
  process.orders = testing::access_of("service:other");
  EXPECT_EQ(process.capture(id, mark("k2")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(process.cancel(id, mark("k3")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(process.refund(id, mark("k4")).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(runtime::run_to_end(ListPayments(process.around).run(process.orders, {}))->payments.empty());
  process.orders = testing::access_of("pia", identity::Scope::any);
  EXPECT_EQ(process.get(id).state().id, id);
}

}  // namespace
}  // namespace gatehouse::payments
