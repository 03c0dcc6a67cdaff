// Opening a payment, beginning its further steps, and reading it. What the provider answers is in
// payment_verdict.cpp.
#include "services/payments/domain/payment.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::payments {
namespace {

bool has_open_step(const PaymentState& state) {
  return std::ranges::any_of(
      state.attempts, [](const Attempt& a) { return a.is_open() && a.operation != Operation::refund; });
}

// Tells "not now" from "not any more": the caller may try the first again.
std::unexpected<Error> wrong_moment(const PaymentState& state, std::string_view reason,
                                    std::string_view verb) {
  if (has_open_step(state)) {
    return refuse(ErrorKind::conflict, "payment_in_progress",
                  "a step of this payment still awaits the provider");
  }
  return refuse(ErrorKind::conflict, reason,
                fmt::format("a payment that is {} cannot be {}", name_of(state.status), verb));
}

}  // namespace

Payment Payment::open(NewPayment wanted, RequestMark request, Claim claim, core::SystemTime now) {
  PaymentState state{.id = std::move(wanted.id),
                     .owner = std::move(wanted.owner),
                     .reference = std::move(wanted.reference),
                     .amount = wanted.amount,
                     .capture_mode = wanted.capture_mode,
                     .payment_method = std::move(wanted.payment_method),
                     .description = std::move(wanted.description),
                     .created_at = now,
                     .updated_at = now};
  Payment payment(std::move(state));
  payment.add_attempt(Operation::charge, wanted.amount.minor, std::move(request), std::move(claim), now);
  return payment;
}

Result<std::string> Payment::begin_capture(std::optional<std::int64_t> minor, RequestMark request,
                                           Claim claim, core::SystemTime now) {
  const std::int64_t wanted = minor.value_or(state_.amount.minor);
  if (state_.status != Status::authorized) return wrong_moment(state_, "payment_not_capturable", "captured");
  if (wanted > state_.amount.minor) {
    return refuse(ErrorKind::unprocessable, "amount_too_large", "more than what was authorized");
  }
  if (auto moved = move_on(Happening::capture_begun); !moved) return fail(moved);
  return add_attempt(Operation::capture, wanted, std::move(request), std::move(claim), now).provider_key;
}

Result<std::string> Payment::begin_cancel(RequestMark request, Claim claim, core::SystemTime now) {
  if (state_.status != Status::authorized) return wrong_moment(state_, "payment_not_cancelable", "canceled");
  if (auto moved = move_on(Happening::cancel_begun); !moved) return fail(moved);
  return add_attempt(Operation::cancel, state_.amount.minor, std::move(request), std::move(claim), now)
      .provider_key;
}

Result<std::string> Payment::begin_refund(std::string refund_id, std::optional<std::int64_t> minor,
                                          std::string reason, RequestMark request, Claim claim,
                                          core::SystemTime now) {
  if (state_.status != Status::captured && state_.status != Status::partially_refunded) {
    return wrong_moment(state_, "payment_not_refundable", "refunded");
  }
  const std::int64_t left = state_.captured - state_.refunded - refund_pending();
  const std::int64_t wanted = minor.value_or(left);
  if (wanted <= 0 || wanted > left) {
    return refuse(ErrorKind::unprocessable, "amount_too_large",
                  "more than what is left of the captured amount");
  }
  if (state_.refunds.size() >= PaymentLimits{}.refunds_max) {
    return refuse(ErrorKind::unprocessable, "too_many_refunds", "this payment was refunded too many times");
  }
  state_.refunds.push_back({.id = refund_id,
                            .amount = {wanted, state_.amount.currency},
                            .reason = std::move(reason),
                            .created_at = now,
                            .updated_at = now});
  Attempt& attempt = add_attempt(Operation::refund, wanted, std::move(request), std::move(claim), now);
  attempt.refund_id = std::move(refund_id);
  return attempt.provider_key;
}

Result<void> Payment::claim(std::string_view provider_key, Claim claim, core::SystemTime now) {
  Attempt* attempt = find_attempt(provider_key);
  if (attempt == nullptr || !attempt->is_open()) {
    return refuse(ErrorKind::conflict, "attempt_closed", "the step has its verdict");
  }
  if (attempt->is_claimed(claim.owner, now))
    return refuse(ErrorKind::conflict, "attempt_claimed", "someone works on the step");
  attempt->check_at = claim.until;
  attempt->claim = std::move(claim);
  return {};
}

void Payment::store_answer(std::string_view provider_key, const WriteAnswer& write_answer) {
  const Attempt* attempt = find_attempt(provider_key);
  if (attempt == nullptr || attempt->is_open()) return;
  for (IdempotencyRecord& record : state_.requests) {
    if (record.attempt == provider_key && !record.answer) record.answer = write_answer(*this, *attempt);
  }
}

void Payment::forget_events(std::int64_t sequence) {
  std::erase_if(state_.outbox, [sequence](const Event& event) { return event.sequence <= sequence; });
}

const Attempt* Payment::attempt(std::string_view provider_key) const {
  const auto found = std::ranges::find(state_.attempts, provider_key, &Attempt::provider_key);
  return found == state_.attempts.end() ? nullptr : &*found;
}

Attempt* Payment::find_attempt(std::string_view provider_key) {
  const auto found = std::ranges::find(state_.attempts, provider_key, &Attempt::provider_key);
  return found == state_.attempts.end() ? nullptr : &*found;
}

const Refund* Payment::refund(std::string_view id) const {
  const auto found = std::ranges::find(state_.refunds, id, &Refund::id);
  return found == state_.refunds.end() ? nullptr : &*found;
}

Refund* Payment::find_refund(std::string_view id) {
  const auto found = std::ranges::find(state_.refunds, id, &Refund::id);
  return found == state_.refunds.end() ? nullptr : &*found;
}

const IdempotencyRecord* Payment::request(std::string_view scope) const {
  const auto found = std::ranges::find(state_.requests, scope, &IdempotencyRecord::scope);
  return found == state_.requests.end() ? nullptr : &*found;
}

Repeat Payment::judge(const IdempotencyRecord& known, std::string_view fingerprint, std::string_view asker,
                      core::SystemTime now) const {
  if (known.fingerprint != fingerprint) return Repeat::mismatch;
  if (known.answer) return Repeat::replay;
  const Attempt* begun = attempt(known.attempt);
  if (begun == nullptr || begun->is_claimed(asker, now)) return Repeat::in_flight;
  return begun->is_due(asker, now) ? Repeat::abandoned : Repeat::undecided;
}

Instruction Payment::instruction(const Attempt& attempt) const {
  return {.operation = attempt.operation,
          .provider_key = attempt.provider_key,
          .amount = attempt.amount,
          .capture_mode = state_.capture_mode,
          .charge_id = state_.charge_id,
          .payment_id = state_.id,
          .reference = state_.reference,
          .payment_method = state_.payment_method,
          .description = state_.description};
}

std::optional<core::SystemTime> Payment::next_check_at() const {
  std::optional<core::SystemTime> earliest;
  for (const Attempt& attempt : state_.attempts) {
    if (attempt.is_open() && (!earliest || attempt.check_at < *earliest)) earliest = attempt.check_at;
  }
  if (!state_.outbox.empty() && (!earliest || state_.outbox.front().at < *earliest)) {
    earliest = state_.outbox.front().at;
  }
  return earliest;
}

std::int64_t Payment::refund_pending() const {
  std::int64_t pending = 0;
  for (const Refund& refund : state_.refunds) {
    if (refund.state == RefundState::pending || refund.state == RefundState::unknown)
      pending += refund.amount.minor;
  }
  return pending;
}

// The key is made of our own row, not of the client's key: it is the same after a crash, and no client can
// choose it.
Attempt& Payment::add_attempt(Operation operation, std::int64_t minor, RequestMark request, Claim claim,
                              core::SystemTime now) {
  std::string key = fmt::format("{}-{}-{}", state_.id, name_of(operation), state_.attempts.size() + 1);
  state_.requests.push_back(
      {.scope = std::move(request.scope), .fingerprint = std::move(request.fingerprint), .attempt = key});
  const core::SystemTime until = claim.until;
  state_.attempts.push_back({.provider_key = std::move(key),
                             .operation = operation,
                             .amount = {minor, state_.amount.currency},
                             .claim = std::move(claim),
                             .dispatched_at = now,
                             .check_at = until,
                             .traceparent = std::move(request.traceparent)});
  state_.updated_at = now;
  return state_.attempts.back();
}

std::string_view name_of(RefundState state) {
  switch (state) {
    case RefundState::pending:
      return "pending";
    case RefundState::unknown:
      return "unknown";
    case RefundState::succeeded:
      return "succeeded";
    case RefundState::failed:
      return "failed";
  }
  return "unknown";
}

}  // namespace gatehouse::payments
