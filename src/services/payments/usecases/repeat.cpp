#include "services/payments/usecases/repeat.hpp"

#include "services/payments/usecases/settle.hpp"

namespace gatehouse::payments {
namespace {

constexpr int kTakeOversMax = 3;

std::unexpected<Error> in_use() {
  return refuse(ErrorKind::conflict, "idempotency_key_in_use",
                "the first request with this key is still in progress");
}

}  // namespace

Reply reply_to(const Surroundings& around, const Payment& payment, std::string_view scope) {
  const IdempotencyRecord* record = payment.request(scope);
  if (record->answer) return {*record->answer, Reply::Kind::first};
  return {around.answers.interim(payment, *payment.attempt(record->attempt)), Reply::Kind::interim};
}

Awaitable<Result<Reply>> answer_repeat(const Surroundings& around, Payment payment, RequestMark request,
                                       CallContext context) {
  for (int tries = 0; tries < kTakeOversMax; ++tries) {
    const IdempotencyRecord record = *payment.request(request.scope);
    switch (payment.judge(record, request.fingerprint, around.instance, around.clock.now())) {
      case Repeat::mismatch:
        co_return refuse(ErrorKind::unprocessable, "idempotency_key_reused",
                         "this key was used for a request with another content");
      case Repeat::replay:
        around.measures.replay();
        co_return Reply{*record.answer, Reply::Kind::replayed};
      case Repeat::in_flight:
        co_return in_use();
      case Repeat::undecided:
        co_return reply_to(around, payment, request.scope);
      case Repeat::abandoned:
        break;
    }
    PaymentStore::Change take_over = [key = record.attempt, claim = around.claim(context.deadline),
                                      now = around.clock.now()](Payment& current) {
      return current.claim(key, claim, now);
    };
    auto taken = co_await around.store.update(payment, std::move(take_over));
    if (taken) {
      const Settle settle(around);
      auto settled = co_await settle.run(std::move(*taken), record.attempt, context);
      if (!settled) co_return fail(settled);
      co_return reply_to(around, *settled, request.scope);
    }
    if (taken.error().kind != ErrorKind::conflict) co_return fail(taken);
    auto current = co_await around.store.get(payment.state().id, std::nullopt);
    if (!current) co_return fail(current);
    payment = std::move(*current);
  }
  co_return in_use();
}

}  // namespace gatehouse::payments
