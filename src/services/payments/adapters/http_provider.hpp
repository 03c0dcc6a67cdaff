// The payment provider over HTTPS: charges, captures, voids and refunds as JSON, Stripe's idempotency and
// error shapes. What the provider says is third-party data: read leniently, believed only where amount and
// currency are ours.
#pragma once

#include <string>

#include "core/fields.hpp"
#include "core/secret.hpp"
#include "services/payments/adapters/provider_calls.hpp"
#include "services/payments/ports/payment_provider.hpp"

namespace gatehouse::payments {

class HttpProvider final : public PaymentProvider {
 public:
  // `name` is a metric label; the API key goes out as a bearer token.
  HttpProvider(std::string name, ProviderCalls& calls, Secret api_key)
      : name_(std::move(name)), calls_(calls), api_key_(std::move(api_key)) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] Result<void> accepts_new() const override;
  [[nodiscard]] Awaitable<Outcome> authorize(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Outcome> capture(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Outcome> cancel(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Outcome> refund(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Finding> look_up(Instruction instruction, CallContext context) override;

 private:
  [[nodiscard]] Awaitable<Outcome> post(std::string path, json::object body, Instruction instruction,
                                        CallContext context);
  [[nodiscard]] http::Request request(std::string_view method, std::string path) const;

  std::string name_;
  ProviderCalls& calls_;
  Secret api_key_;
};

}  // namespace gatehouse::payments
