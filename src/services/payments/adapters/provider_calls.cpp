#include "services/payments/adapters/provider_calls.hpp"

#include "core/ids.hpp"
#include "core/text.hpp"
#include "runtime/timer.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::payments {
namespace {

std::optional<resilience::Millis> retry_after(const ProviderAnswer& answer, const http::Headers& headers) {
  if (answer.reply) return std::nullopt;
  const auto seconds = core::parse_int<std::int64_t>(headers.get("Retry-After"));
  if (!seconds || *seconds < 0 || *seconds > 86'400) return std::nullopt;
  return std::chrono::seconds{*seconds};
}

// "Not now": the provider refused to look at the request, or works on another with the same key.
bool asks_to_wait(unsigned status) {
  return status == 429 || status == 425 || status == 409;
}

bool is_repeated(const http::Reply& reply) {
  return reply.headers.get("Idempotent-Replayed") == "true";
}

telemetry::Gauge& breaker_gauge(Metrics& metrics, std::string_view provider, std::string_view kind) {
  return metrics.gauge("circuit_breaker_state", "Circuit breakers: 0 closed, 1 half open, 2 open",
                       {{"upstream", std::string(provider)}, {"operation", std::string(kind)}});
}

#ifdef GATEHOUSE_UNDEFENDED
// THE DEFENCE THAT THE KILL TEST SWITCHES OFF: a key of its own for every try, so a retry can charge twice.
// Only the build that proves that the test's checker notices has this.
void switch_defence_off(http::Request& request) {
  if (request.headers.contains("Idempotency-Key")) request.headers.set("Idempotency-Key", core::uuid_v4());
}
#endif

}  // namespace

ProviderCalls::ProviderCalls(Send send, const core::Clock& clock, Metrics& metrics, std::string_view provider,
                             ProviderCallLimits limits)
    : send_(std::move(send)),
      clock_(clock),
      limits_(limits),
      bulkhead_(limits.bulkhead),
      moves_{resilience::CircuitBreaker(limits.breaker), &breaker_gauge(metrics, provider, "move_money")},
      looks_{resilience::CircuitBreaker(limits.breaker), &breaker_gauge(metrics, provider, "look_up")},
      budget_left_(metrics.gauge("retry_budget_tokens", "What is left for retries; none below half",
                                 {{"upstream", std::string(provider)}})) {
  budget_left_.set(budget_.tokens());
}

bool ProviderCalls::is_open_for(Kind kind) const {
  const Lane& lane = kind == Kind::move_money ? moves_ : looks_;
  return lane.breaker.state() != resilience::CircuitBreaker::State::open ||
         lane.breaker.retry_after(clock_.steady_now()) == std::chrono::milliseconds::zero();
}

Awaitable<ProviderAnswer> ProviderCalls::call(Kind kind, http::Request request, CallContext context) {
  auto place = bulkhead_.enter();
  if (!place) co_return ProviderAnswer{.reason = place.error().reason};
  Lane& lane = kind == Kind::move_money ? moves_ : looks_;
  bool may_have_arrived = false;
  for (int tries = 1;; ++tries) {
    ProviderAnswer answer = co_await try_once(lane, request, context);
    may_have_arrived = may_have_arrived || answer.may_have_arrived;
    answer.may_have_arrived = may_have_arrived;
    if (answer.reply && !asks_to_wait(answer.reply->status)) co_return answer;
    std::optional<resilience::Millis> wanted;
    if (answer.reply) {
      const http::Reply reply = *std::exchange(answer.reply, std::nullopt);
      // A conflict means that a try of ours is being worked on.
      answer.may_have_arrived = may_have_arrived = may_have_arrived || reply.status == 409;
      answer.reason = "provider_busy";
      wanted = retry_after(answer, reply.headers);
    }
    const auto pause =
        limits_.retries.next(tries, telemetry::fast_random01(), context.deadline.remaining(), wanted);
    if (answer.fails_for_good || !pause || !budget_.allows_retry()) co_return answer;
    const auto slept = co_await runtime::sleep_for(*pause);
    if (!slept) co_return answer;
  }
}

Awaitable<ProviderAnswer> ProviderCalls::try_once(Lane& lane, http::Request& request, CallContext context) {
  auto permit = lane.breaker.allow(clock_.steady_now());
  if (!permit) co_return ProviderAnswer{.reason = permit.error().reason};
#ifdef GATEHOUSE_UNDEFENDED
  switch_defence_off(request);
#endif
  context.deadline = context.deadline.capped(limits_.one_try);
  auto reply = co_await send_(request, context);
  note(lane, *permit, reply);
  if (!reply) {
    co_return ProviderAnswer{.reason = reply.error().reason,
                             .may_have_arrived = !reply.error().safe_to_retry};
  }
  if (reply->status < 500) co_return ProviderAnswer{.reply = std::move(*reply)};
  co_return ProviderAnswer{
      .reason = "provider_failed", .may_have_arrived = true, .fails_for_good = is_repeated(*reply)};
}

void ProviderCalls::note(Lane& lane, resilience::CircuitBreaker::Permit& permit,
                         const Result<http::Reply>& reply) {
  const auto now = clock_.steady_now();
  // A stored failure tells about the past: the provider that repeats it is well.
  const bool is_well = reply && (reply->status < 500 || is_repeated(*reply));
  if (is_well) {
    permit.succeeded(now);
    budget_.note_success();
  } else if (reply || reply.error().kind != ErrorKind::cancelled) {
    permit.failed(now);
    budget_.note_failure();
  }
  lane.state->set(static_cast<double>(lane.breaker.state()));
  budget_left_.set(budget_.tokens());
}

}  // namespace gatehouse::payments
