// The saga's decisions: see saga.hpp.
#include "services/orders/domain/saga.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace gatehouse::orders {
namespace {

constexpr std::array<std::string_view, 5> kStepNames{"authorizing", "capturing", "voiding", "refunding",
                                                     "finished"};
constexpr std::array<std::string_view, 5> kKeyNames{"authorize", "capture", "void", "refund", "finish"};
constexpr std::array<std::string_view, 11> kOutcomeNames{"done",    "captured",    "voided",    "declined",
                                                         "refused", "not_done",    "unknown",   "outstanding",
                                                         "missing", "unavailable", "mismatched"};

// The vocabulary of the tables below.
Decision go_on(SagaStep step) {
  return {.step = step};
}
Decision repeat(SagaStep step) {
  return {.step = step, .pace = Pace::back_off};
}
Decision ask_later(SagaStep step) {
  return {.step = step, .pace = Pace::back_off, .approach = Approach::ask};
}
Decision ask_now(SagaStep step) {
  return {.step = step, .approach = Approach::ask};
}
Decision try_anew(SagaStep step) {
  return {.step = step, .pace = Pace::back_off, .is_new_round = true};
}
Decision confirmed() {
  return {.step = SagaStep::finished, .order = OrderStatus::confirmed};
}
Decision cancelled(std::string_view failure = {}) {
  return {.step = SagaStep::finished, .order = OrderStatus::cancelled, .failure = failure};
}
Decision turn_back(SagaStep step, std::string_view failure) {
  return {.step = step, .order = OrderStatus::cancelling, .failure = failure};
}

Decision authorizing(OutcomeKind outcome) {
  using enum OutcomeKind;
  switch (outcome) {
    case done:
      return go_on(SagaStep::capturing);
    case captured:
      return confirmed();
    case voided:
      return cancelled("payment_voided");
    case declined:
      return cancelled("card_declined");
    case refused:
      return cancelled("payment_refused");
    case mismatched:
      return turn_back(SagaStep::voiding, "payment_mismatch");
    case outstanding:
      return ask_later(SagaStep::authorizing);
    case not_done:
    case unknown:
    case missing:  // the same key again: one payment comes of it, whatever became of the first try
    case unavailable:
      return repeat(SagaStep::authorizing);
  }
  return repeat(SagaStep::authorizing);
}

// The order is cancelled but a payment may exist. Only the answer to the same key tells for sure: a payment
// that is not there now may still be created by a request that is on its way.
Decision authorizing_to_undo(OutcomeKind outcome) {
  using enum OutcomeKind;
  switch (outcome) {
    case done:
    case mismatched:
      return go_on(SagaStep::voiding);
    case captured:
      return go_on(SagaStep::refunding);
    case voided:
    case declined:
    case refused:
    case not_done:
      return cancelled();
    case outstanding:
      return ask_later(SagaStep::authorizing);
    case unknown:
    case missing:
    case unavailable:
      return repeat(SagaStep::authorizing);
  }
  return repeat(SagaStep::authorizing);
}

Decision capturing(OutcomeKind outcome) {
  using enum OutcomeKind;
  switch (outcome) {
    case done:
    case captured:
      return confirmed();
    case voided:
      return cancelled("payment_voided");
    case declined:
      return turn_back(SagaStep::voiding, "card_declined");
    case mismatched:
      return turn_back(SagaStep::refunding, "payment_mismatch");
    case refused:
      return ask_now(SagaStep::capturing);
    case not_done:
      return try_anew(SagaStep::capturing);
    case outstanding:
    case missing:
      return ask_later(SagaStep::capturing);
    case unknown:
    case unavailable:
      return repeat(SagaStep::capturing);
  }
  return repeat(SagaStep::capturing);
}

// The payments service puts capture and void of one payment in a sequence: if the capture wins, the void is
// refused, and the question that follows finds the money captured.
Decision capturing_to_undo(OutcomeKind outcome) {
  using enum OutcomeKind;
  switch (outcome) {
    case done:
    case captured:
    case mismatched:
      return go_on(SagaStep::refunding);
    case voided:
      return cancelled();
    case outstanding:
      return ask_later(SagaStep::voiding);
    case declined:
    case refused:
    case not_done:
    case unknown:
    case missing:
    case unavailable:
      return go_on(SagaStep::voiding);
  }
  return go_on(SagaStep::voiding);
}

// Undoing never gives up: somebody's money is held.
Decision voiding(OutcomeKind outcome) {
  using enum OutcomeKind;
  switch (outcome) {
    case done:
    case voided:
      return cancelled();
    case captured:
    case mismatched:
      return go_on(SagaStep::refunding);
    case declined:  // the void, not the payment: the charge may still be on hold
    case refused:
      return ask_now(SagaStep::voiding);
    case not_done:
      return try_anew(SagaStep::voiding);
    case outstanding:
    case missing:
      return ask_later(SagaStep::voiding);
    case unknown:
    case unavailable:
      return repeat(SagaStep::voiding);
  }
  return repeat(SagaStep::voiding);
}

Decision refunding(OutcomeKind outcome) {
  using enum OutcomeKind;
  switch (outcome) {
    case done:
    case voided:
      return cancelled();
    case refused:
      return ask_now(SagaStep::refunding);
    case captured:
    case mismatched:
    case not_done:
      return try_anew(SagaStep::refunding);
    case declined:
    case outstanding:
    case missing:
      return ask_later(SagaStep::refunding);
    case unknown:
    case unavailable:
      return repeat(SagaStep::refunding);
  }
  return repeat(SagaStep::refunding);
}

void follow(Saga& saga, const Decision& decision) {
  const bool is_same_step = saga.step == decision.step;
  saga.attempt = is_same_step ? saga.attempt + 1 : 0;
  saga.round = is_same_step ? saga.round + (decision.is_new_round ? 1 : 0) : 1;
  saga.step = decision.step;
  saga.approach = decision.approach;
}

Result<Progress> follow(Order& order, const Saga& saga, const Decision& decision, std::string_view code,
                        core::SystemTime now) {
  Progress progress{.pace = decision.pace};
  if (!decision.order) return progress;
  if (!decision.failure.empty()) order.failure = code.empty() ? decision.failure : code;
  order.payment_id = saga.payment_id;
  const Result<void> became = become(order, *decision.order, now);
  if (!became) return fail(ErrorKind::internal, "saga_invariant", became.error().detail);
  progress.is_order_changed = true;
  progress.move = settle_holding(order, order.status);
  return progress;
}

}  // namespace

Intent intent_of(const Order& order) {
  return order.status == OrderStatus::cancelling ? Intent::undo : Intent::fulfil;
}

Decision decide(SagaStep step, Intent intent, OutcomeKind outcome) {
  switch (step) {
    case SagaStep::authorizing:
      return intent == Intent::fulfil ? authorizing(outcome) : authorizing_to_undo(outcome);
    case SagaStep::capturing:
      return intent == Intent::fulfil ? capturing(outcome) : capturing_to_undo(outcome);
    case SagaStep::voiding:
      return voiding(outcome);
    case SagaStep::refunding:
      return refunding(outcome);
    case SagaStep::finished:
      break;
  }
  return go_on(SagaStep::finished);
}

CallKind next_call(const Saga& saga, const Order& order) {
  const bool is_undone = intent_of(order) == Intent::undo;
  if (saga.step == SagaStep::finished) return CallKind::none;
  if (is_undone && saga.step == SagaStep::authorizing && !saga.is_sent) return CallKind::none;
  if (is_undone && saga.step == SagaStep::capturing) return CallKind::none;
  if (saga.approach == Approach::ask) return CallKind::find;
  switch (saga.step) {
    case SagaStep::authorizing:
      return CallKind::authorize;
    case SagaStep::capturing:
      return CallKind::capture;
    case SagaStep::voiding:
      return CallKind::cancel;
    case SagaStep::refunding:
      return CallKind::refund;
    case SagaStep::finished:
      break;
  }
  return CallKind::none;
}

std::string idempotency_key(std::string_view order_id, SagaStep step, std::int64_t round) {
  const std::string_view name = kKeyNames[static_cast<std::size_t>(step)];
  return round == 1 ? fmt::format("ord:{}:{}", order_id, name)
                    : fmt::format("ord:{}:{}:{}", order_id, name, round);
}

Result<Progress> advance(Order& order, Saga& saga, const Outcome& outcome, core::SystemTime now) {
  if (saga.step == SagaStep::finished) return Progress{};
  if (!outcome.payment_id.empty()) saga.payment_id = outcome.payment_id;
  Outcome seen = outcome;
  const bool has_tried_enough = saga.step == SagaStep::capturing && saga.round >= kCaptureRoundsMax;
  if (seen.kind == OutcomeKind::not_done && has_tried_enough) {
    seen.kind = OutcomeKind::declined;
    seen.code = "payment_refused";
  }
  Decision decision = decide(saga.step, intent_of(order), seen.kind);
  const bool is_repeated = decision == repeat(SagaStep::authorizing) && seen.kind != OutcomeKind::missing;
  if (is_repeated && now - saga.created_at > kKeyIsTrusted) decision.approach = Approach::ask;
  follow(saga, decision);
  return follow(order, saga, decision, seen.code, now);
}

Saga begin_saga(const Order& order, std::string traceparent) {
  return Saga{.order_id = order.id,
              .next_run_at = order.created_at,
              .created_at = order.created_at,
              .traceparent = std::move(traceparent)};
}

void reopen(Saga& saga, const Order& order, core::SystemTime now) {
  if (saga.step == SagaStep::finished && intent_of(order) == Intent::undo) {
    saga.step = SagaStep::refunding;
    saga.approach = Approach::act;
    saga.round = 1;
    saga.attempt = 0;
  }
  saga.next_run_at = now;
}

std::string_view name_of(SagaStep step) {
  return kStepNames[static_cast<std::size_t>(step)];
}
std::optional<SagaStep> step_of(std::string_view name) {
  const auto found = std::ranges::find(kStepNames, name);
  if (found == kStepNames.end()) return std::nullopt;
  return static_cast<SagaStep>(found - kStepNames.begin());
}
std::string_view name_of(OutcomeKind kind) {
  return kOutcomeNames[static_cast<std::size_t>(kind)];
}

}  // namespace gatehouse::orders
