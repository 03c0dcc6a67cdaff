// Calls to the provider with all that keeps a sick one from making us sick, outer to inner: deadline,
// bulkhead, retry within a budget, circuit breaker, time limit of one try. Every call carries an idempotency
// key, so it may be retried even when the first try may have arrived.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "http/client.hpp"
#include "resilience/bulkhead.hpp"
#include "resilience/circuit_breaker.hpp"
#include "resilience/retry.hpp"
#include "services/payments/ports/payment_provider.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::payments {

struct ProviderCallLimits {
  std::chrono::milliseconds one_try{3'000};
  resilience::RetryPolicy retries = resilience::kThirdPartyRetries;
  resilience::BulkheadLimits bulkhead{.calls_max = 256};
  resilience::CircuitBreakerLimits breaker = {};
};

// What came of the tries.
struct ProviderAnswer {
  std::optional<http::Reply>
      reply;  // an answer that says something: below 500, and neither "later" nor "busy"
  std::string_view reason = "unanswered";  // without a reply: of the last try
  bool may_have_arrived = false;           // without a reply: whether any try may have reached the provider
  bool fails_for_good = false;             // the provider repeats a stored failure
};

class ProviderCalls {
 public:
  // One try at the provider; errors as of http::Client.
  using Send = std::function<Awaitable<Result<http::Reply>>(http::Request& request, CallContext context)>;

  ProviderCalls(Send send, const core::Clock& clock, Metrics& metrics, std::string_view provider,
                ProviderCallLimits limits);

  enum class Kind { move_money, look_up };
  [[nodiscard]] Awaitable<ProviderAnswer> call(Kind kind, http::Request request, CallContext context);

  // False while the breaker is open.
  [[nodiscard]] bool is_open_for(Kind kind) const;

 private:
  struct Lane {
    resilience::CircuitBreaker breaker;
    telemetry::Gauge* state;
  };
  [[nodiscard]] Awaitable<ProviderAnswer> try_once(Lane& lane, http::Request& request, CallContext context);
  void note(Lane& lane, resilience::CircuitBreaker::Permit& permit, const Result<http::Reply>& reply);

  Send send_;
  const core::Clock& clock_;
  ProviderCallLimits limits_;
  resilience::Bulkhead bulkhead_;
  resilience::RetryBudget budget_;
  Lane moves_;
  Lane looks_;
  telemetry::Gauge& budget_left_;
};

}  // namespace gatehouse::payments
