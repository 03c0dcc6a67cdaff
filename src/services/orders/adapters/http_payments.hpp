// The payments service over HTTP. One try per call and no retry here: the saga repeats, with the same key.
#pragma once

#include <functional>

#include "core/clock.hpp"
#include "http/client.hpp"
#include "resilience/circuit_breaker.hpp"
#include "services/orders/ports/payments.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::orders {

// Sends one request to an instance of the payments service.
using CallPeer = std::function<Awaitable<Result<http::Reply>>(http::Request&, Deadline, const TraceContext&)>;

// One of our own, restarted within seconds when it dies: found again soon.
inline constexpr resilience::CircuitBreakerLimits kPaymentsBreaker{
    .open_first = std::chrono::milliseconds{1'000}, .open_max = std::chrono::milliseconds{5'000}};

class HttpPayments final : public Payments {
 public:
  HttpPayments(CallPeer call_peer, const core::Clock& clock, telemetry::Metrics& metrics,
               resilience::CircuitBreakerLimits limits = kPaymentsBreaker);

  [[nodiscard]] Awaitable<PaymentReply> authorize(PaymentRequest request) override;
  [[nodiscard]] Awaitable<PaymentReply> capture(PaymentRequest request) override;
  [[nodiscard]] Awaitable<PaymentReply> cancel(PaymentRequest request) override;
  [[nodiscard]] Awaitable<PaymentReply> refund(PaymentRequest request) override;
  [[nodiscard]] Awaitable<PaymentReply> find(PaymentRequest request) override;

  [[nodiscard]] const resilience::CircuitBreaker& breaker() const { return breaker_; }

 private:
  // The answer of the service, or what its absence means.
  struct Heard {
    std::optional<http::Reply> reply;
    PaymentReply silence;
  };
  [[nodiscard]] Awaitable<Heard> send(http::Request request, const PaymentRequest& about);
  [[nodiscard]] Awaitable<PaymentReply> change(std::string_view action, const PaymentRequest& request);

  CallPeer call_peer_;
  const core::Clock& clock_;
  resilience::CircuitBreaker breaker_;
  telemetry::Gauge& breaker_state_;
};

// What a status and a body of the payments service mean.
[[nodiscard]] PaymentReply reply_in(const http::Reply& reply);

}  // namespace gatehouse::orders
