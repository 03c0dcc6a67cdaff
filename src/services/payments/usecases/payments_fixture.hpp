// The use cases on memory adapters and a clock of the test's own.
#pragma once

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "services/payments/adapters/memory_payment_store.hpp"
#include "services/payments/adapters/memory_provider.hpp"
#include "services/payments/usecases/cancel_payment.hpp"
#include "services/payments/usecases/capture_payment.hpp"
#include "services/payments/usecases/create_payment.hpp"
#include "services/payments/usecases/get_payment.hpp"
#include "services/payments/usecases/list_payments.hpp"
#include "services/payments/usecases/refund_payment.hpp"
#include "services/payments/usecases/resolve_unknown.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::payments::testing {

// Answers that show what they were made of.
class PlainAnswers final : public AnswerForms {
 public:
  [[nodiscard]] StoredAnswer verdict(const Payment& payment, const Attempt& attempt) const override {
    const unsigned status = attempt.state == AttemptState::declined ? 402
                            : attempt.operation == Operation::charge || attempt.operation == Operation::refund
                                ? 201
                                : 200;
    return {status,
            {{"etag", std::to_string(payment.state().version)}},
            std::string(name_of(payment.state().status)) + " " + core::random_token(6)};
  }
  [[nodiscard]] StoredAnswer interim(const Payment& payment, const Attempt& /*attempt*/) const override {
    return {202, {}, std::string(name_of(payment.state().status))};
  }
};

inline Access access_of(std::string subject, identity::Scope scope = identity::Scope::own) {
  Access access;
  access.principal.kind = identity::Principal::Kind::service;
  access.principal.subject = std::move(subject);
  access.scope = scope;
  return access;
}

inline RequestMark mark(std::string_view key, std::string fingerprint = "print") {
  // As long as a digest in hex, and different for different keys.
  std::string scope(key);
  scope.resize(64, '.');
  return {.scope = std::move(scope), .fingerprint = std::move(fingerprint)};
}

inline CreateCommand order(CaptureMode mode = CaptureMode::automatic, std::int64_t minor = 1999) {
  return {.reference = "ord_1",
          .amount = {minor, Currency::from_code("EUR").value()},
          .capture_mode = mode,
          .payment_method = Secret("pm_card_visa"),
          .description = {}};
}

// The losses that these tests arrange are logged as warnings: not here.
inline const bool kIsQuiet = [] {
  log::configure("payments-test", "", log::Level::off);
  return true;
}();

// Where all of them run: a store may keep connections that belong to it.
inline boost::asio::io_context& loop() {
  static boost::asio::io_context io{1};
  return io;
}

// One process of the service. A crash is the end of one and the start of the next on the same store and
// provider.
struct Process {
  Process(PaymentStore& store, PaymentProvider& provider, const core::Clock& clock, std::string instance)
      : measures(metrics, provider.name()),
        around{.store = store,
               .provider = provider,
               .answers = answers,
               .clock = clock,
               .measures = measures,
               .instance = std::move(instance)} {}

  [[nodiscard]] static CallContext context() {
    return {Deadline::after(std::chrono::seconds{20}), TraceContext::start()};
  }

  Result<Reply> create(RequestMark request, CreateCommand command) {
    return runtime::run_to_end(
        loop(), CreatePayment(around).run(orders, std::move(command), std::move(request), context()));
  }
  Result<Reply> capture(std::string id, RequestMark request, std::optional<std::int64_t> minor = {}) {
    CaptureCommand command{.payment_id = std::move(id), .minor = minor};
    return runtime::run_to_end(
        loop(), CapturePayment(around).run(orders, std::move(command), std::move(request), context()));
  }
  Result<Reply> cancel(std::string id, RequestMark request) {
    CancelCommand command{.payment_id = std::move(id)};
    return runtime::run_to_end(
        loop(), CancelPayment(around).run(orders, std::move(command), std::move(request), context()));
  }
  Result<Reply> refund(std::string id, RequestMark request, std::optional<std::int64_t> minor = {}) {
    RefundCommand command{.payment_id = std::move(id), .minor = minor, .reason = ""};
    return runtime::run_to_end(
        loop(), RefundPayment(around).run(orders, std::move(command), std::move(request), context()));
  }
  Payment get(std::string id) {
    return runtime::run_to_end(loop(), GetPayment(around).run(orders, std::move(id))).value();
  }
  // What the recovery worker does in one look, one payment after the other.
  void recover() {
    const auto due = runtime::run_to_end(loop(), around.store.due(around.clock.now(), 100)).value();
    for (const Payment& payment : due)
      EXPECT_TRUE(runtime::run_to_end(loop(), ResolveUnknown(around).run(payment)));
  }

  Metrics metrics;
  Measures measures;
  PlainAnswers answers;
  Surroundings around;
  Access orders = access_of("service:orders");
};

}  // namespace gatehouse::payments::testing
