#include "services/payments/usecases/settle.hpp"

#include <algorithm>

#include "telemetry/log.hpp"

namespace gatehouse::payments {
namespace {

constexpr int kConflictsMax = 32;  // refunds of one payment may be concluded at the same time

// What a look-up adds to a lost answer. That the provider knows nothing counts only when the request cannot
// still be on its way to it.
Outcome weigh(const Finding& finding, const Lost& lost) {
  if (const auto* done = std::get_if<Done>(&finding)) return *done;
  if (const auto* declined = std::get_if<Declined>(&finding)) return *declined;
  if (std::holds_alternative<Absent>(finding) && lost.is_final) return Declined{"not_processed"};
  return lost;
}

bool is_alarm(const Error& error) {
  return error.reason == "broken_invariant" || error.reason == "contradicting_verdict";
}

}  // namespace

Awaitable<Result<Payment>> Settle::run(Payment payment, std::string provider_key, CallContext context) const {
  const Attempt* attempt = payment.attempt(provider_key);
  if (attempt == nullptr) co_return fail(ErrorKind::internal, "no_such_attempt", provider_key);
  Outcome outcome = co_await ask(payment, *attempt, context);
  around_.measures.attempt(outcome);
  if (const auto* lost = std::get_if<Lost>(&outcome)) {
    log::warn("payment-outcome-lost", "the provider's answer is not known, it will be asked again",
              {log::field("payment.id", payment.state().id), log::field("error.code", lost->reason),
               log::field(context.trace)});
  }
  co_return co_await write_down(std::move(payment), std::move(provider_key), std::move(outcome));
}

Awaitable<Outcome> Settle::ask(const Payment& payment, const Attempt& attempt, CallContext context) const {
  const Instruction instruction = payment.instruction(attempt);
  // The look-up has its share of the time even when the sending used up its own.
  CallContext sending = context;
  const auto share =
      std::min(context.deadline.remaining(), around_.times.provider + around_.times.look_up) * 3 / 4;
  sending.deadline = context.deadline.capped(std::min(share, around_.times.provider));
  Outcome outcome = Lost{.reason = "provider_key_expired", .is_final = true};
  if (around_.clock.now() - attempt.dispatched_at < kResendWindow) {
    outcome = co_await send(instruction, sending);
  }
  const auto* lost = std::get_if<Lost>(&outcome);
  if (lost == nullptr || context.deadline.is_over()) co_return outcome;
  CallContext looking = context;
  looking.deadline = context.deadline.capped(around_.times.look_up);
  const Finding finding = co_await around_.provider.look_up(instruction, looking);
  co_return weigh(finding, *lost);
}

Awaitable<Outcome> Settle::send(Instruction instruction, CallContext context) const {
  switch (instruction.operation) {
    case Operation::charge:
      co_return co_await around_.provider.authorize(std::move(instruction), context);
    case Operation::capture:
      co_return co_await around_.provider.capture(std::move(instruction), context);
    case Operation::cancel:
      co_return co_await around_.provider.cancel(std::move(instruction), context);
    case Operation::refund:
      co_return co_await around_.provider.refund(std::move(instruction), context);
  }
  co_return NotSent{"no_such_operation"};
}

Awaitable<Result<Payment>> Settle::write_down(Payment payment, std::string provider_key,
                                              Outcome outcome) const {
  const std::string id = payment.state().id;
  for (int conflicts = 0; conflicts < kConflictsMax; ++conflicts) {
    PaymentStore::Change change = [provider_key, outcome, now = around_.clock.now(),
                                   &answers = around_.answers](Payment& current) -> Result<void> {
      if (auto concluded = current.conclude(provider_key, outcome, now); !concluded) return concluded;
      current.store_answer(provider_key, [&](const Payment& p, const Attempt& attempt) {
        return answers.verdict(p, attempt);
      });
      return {};
    };
    auto written = co_await around_.store.update(std::move(payment), std::move(change));
    if (written) co_return written;
    if (is_alarm(written.error())) {
      around_.measures.broken_books();
      log::error("payment-books-broken", "a verdict of the provider does not fit what is written",
                 {log::field("payment.id", id), log::field(written.error())});
    }
    if (written.error().reason != "version_conflict") co_return written;
    auto current = co_await around_.store.get(id, std::nullopt);
    if (!current) co_return current;
    payment = std::move(*current);
  }
  co_return fail(ErrorKind::unavailable, "too_many_conflicts", id);
}

}  // namespace gatehouse::payments
