// The payments service over HTTP. One try per call and no retry here: the saga repeats, with the same key.
#pragma once

#include <functional>

#include "core/clock.hpp"
#include "http/client.hpp"
#include "resilience/circuit_breaker.hpp"
#include "services/orders/ports/payments.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::orders {

// Sends one request to an instance of the payments service.
using CallPeer = std::function<Awaitable<Result<http::Reply>>(http::Request&, Deadline, const TraceContext&)>;

class HttpPayments final : public Payments {
 public:
  HttpPayments(CallPeer call_peer, const core::Clock& clock, resilience::CircuitBreakerLimits limits = {})
      : call_peer_(std::move(call_peer)), clock_(clock), breaker_(limits) {}

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
};

// What a status and a body of the payments service mean.
[[nodiscard]] PaymentReply reply_in(const http::Reply& reply);

}  // namespace gatehouse::orders
