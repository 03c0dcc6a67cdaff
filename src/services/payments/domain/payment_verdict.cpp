// What the provider's answers do to a payment, and the rules that hold after every change.
#include <fmt/format.h>

#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {
namespace {

// The verdict is in already: a repetition is normal (two workers, one answer each), a contradiction is not.
Result<void> compare_with_verdict(const Attempt& attempt, const Outcome& outcome) {
  const bool contradicts =
      (attempt.state == AttemptState::declined && std::holds_alternative<Done>(outcome)) ||
      (attempt.state == AttemptState::succeeded && std::holds_alternative<Declined>(outcome));
  if (!contradicts) return {};
  return fail(ErrorKind::internal, "contradicting_verdict",
              fmt::format("{} is {}, the provider now says {}", attempt.provider_key, name_of(attempt.state),
                          verdict_of(outcome)),
              Origin::upstream);
}

void close(Attempt& attempt, AttemptState state) {
  attempt.state = state;
  attempt.claim = {};
}

}  // namespace

Result<void> Payment::conclude(std::string_view provider_key, const Outcome& outcome, core::SystemTime now) {
  Attempt* attempt = find_attempt(provider_key);
  if (attempt == nullptr) return fail(ErrorKind::internal, "no_such_attempt", std::string(provider_key));
  if (!attempt->is_open()) return compare_with_verdict(*attempt, outcome);
  state_.updated_at = now;
  if (const auto* done = std::get_if<Done>(&outcome)) {
    return done->amount == attempt->amount ? succeed(*attempt, *done, now) : lose(*attempt, now);
  }
  if (const auto* declined = std::get_if<Declined>(&outcome)) return decline(*attempt, *declined, now);
  if (std::holds_alternative<Lost>(outcome)) return lose(*attempt, now);
  return put_off(*attempt, now);
}

Result<void> Payment::succeed(Attempt& attempt, const Done& done, core::SystemTime now) {
  close(attempt, AttemptState::succeeded);
  attempt.provider_id = done.provider_id;
  switch (attempt.operation) {
    case Operation::charge:
      state_.charge_id = done.provider_id;
      if (state_.capture_mode == CaptureMode::automatic) return book_capture(attempt, now);
      record("payment.authorized", attempt.amount, now);
      return move_on(Happening::authorized);
    case Operation::capture:
      return book_capture(attempt, now);
    case Operation::cancel:
      record("payment.canceled", attempt.amount, now);
      return move_on(Happening::canceled);
    case Operation::refund:
      return book_refund(attempt, now);
  }
  return {};
}

Result<void> Payment::decline(Attempt& attempt, const Declined& declined, core::SystemTime now) {
  close(attempt, AttemptState::declined);
  attempt.decline_code = declined.code;
  switch (attempt.operation) {
    case Operation::charge:
      state_.decline_code = declined.code;
      record("payment.declined", attempt.amount, now);
      return move_on(Happening::declined);
    case Operation::capture:
      return move_on(Happening::capture_refused);
    case Operation::cancel:
      return move_on(Happening::cancel_refused);
    case Operation::refund:
      break;
  }
  if (Refund* refund = find_refund(attempt.refund_id); refund != nullptr) {
    refund->state = RefundState::failed;
    refund->failure_code = declined.code;
    refund->updated_at = now;
    record("payment.refund_failed", refund->amount, now);
  }
  return {};
}

Result<void> Payment::lose(Attempt& attempt, core::SystemTime now) {
  const bool is_news = attempt.state != AttemptState::unknown;
  attempt.state = AttemptState::unknown;
  leave_open(attempt, recheck_delay(++attempt.tries), now);
  if (attempt.operation == Operation::refund) {
    if (Refund* refund = find_refund(attempt.refund_id); refund != nullptr)
      refund->state = RefundState::unknown;
    return {};
  }
  if (is_news) record("payment.unknown", attempt.amount, now);
  return move_on(Happening::outcome_lost);
}

void Payment::leave_open(Attempt& attempt, std::chrono::seconds wait, core::SystemTime now) {
  attempt.claim.until = now;
  attempt.check_at = now + wait;
}

// A provider out of reach says nothing about how long its verdict takes: the waits do not grow on it.
Result<void> Payment::put_off(Attempt& attempt, core::SystemTime now) {
  leave_open(attempt, kUnsentWait, now);
  return {};
}

Result<void> Payment::book_capture(Attempt& attempt, core::SystemTime now) {
  state_.captured += attempt.amount.minor;
  state_.ledger.push_back(capture_entry(attempt.provider_key, attempt.amount, now));
  record("payment.captured", attempt.amount, now);
  return move_on(Happening::captured);
}

Result<void> Payment::book_refund(Attempt& attempt, core::SystemTime now) {
  if (Refund* refund = find_refund(attempt.refund_id); refund != nullptr) {
    refund->state = RefundState::succeeded;
    refund->updated_at = now;
  }
  state_.refunded += attempt.amount.minor;
  state_.ledger.push_back(refund_entry(attempt.provider_key, attempt.amount, now));
  record("payment.refunded", attempt.amount, now);
  return move_on(state_.refunded == state_.captured ? Happening::refunded_in_full
                                                    : Happening::refunded_in_part);
}

Result<void> Payment::move_on(Happening what) {
  auto moved = next(state_.status, what);
  if (!moved) return fail(moved);
  state_.status = *moved;
  return {};
}

void Payment::record(std::string_view type, const Money& amount, core::SystemTime now) {
  state_.outbox.push_back(
      {.sequence = ++state_.events, .type = std::string(type), .at = now, .amount = amount});
}

Result<void> Payment::check_invariants() const {
  const auto broken = [this](std::string_view rule) -> Result<void> {
    return fail(ErrorKind::internal, "broken_invariant", fmt::format("{}: {}", state_.id, rule));
  };
  if (state_.captured < 0 || state_.captured > state_.amount.minor)
    return broken("captured is at most the amount");
  if (state_.refunded < 0 || state_.refunded + refund_pending() > state_.captured) {
    return broken("refunded and pending are at most what was captured");
  }
  if (imbalance(state_.ledger) != 0) return broken("every ledger entry balances");
  if (balance(state_.ledger, Account::merchant_payable) != -state_.captured ||
      balance(state_.ledger, Account::refunds) != state_.refunded) {
    return broken("the ledger tells what was captured and refunded");
  }
  for (const LedgerEntry& entry : state_.ledger) {
    if (!(entry.currency == state_.amount.currency)) return broken("one currency");
  }
  return {};
}

}  // namespace gatehouse::payments
